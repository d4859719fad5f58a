"""`python -m gateway.simulator`."""

from gateway.kit.loading import import_without_gc

with import_without_gc():
    from gateway.simulator.main import main

main()
