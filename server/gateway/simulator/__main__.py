"""`python -m gateway.simulator`."""

from gateway.simulator.main import main

main()
