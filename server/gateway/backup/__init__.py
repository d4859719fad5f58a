"""A gateway in one file, and a gateway from it."""
