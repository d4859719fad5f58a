"""Client for RTE, the grid operator: the only package that calls it."""
