"""Ecowatt: how tense the grid is, by hour, today and three days ahead."""
