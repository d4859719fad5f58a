"""Past and future periods of a usage point, each with its bucket and price."""
