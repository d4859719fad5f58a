"""RTE's Tempo and Ecowatt at their real paths."""
