"""RTE, the grid's operator: the only room that speaks to it."""
