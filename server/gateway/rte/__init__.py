"""Client for RTE, the grid operator: the only room that calls it."""
