"""`python -m gateway.simulator`."""

from gateway.kit.loading import import_uncollected

with import_uncollected():
    from gateway.simulator.main import main

main()
