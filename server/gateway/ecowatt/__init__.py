"""Ecowatt: the tension of the grid by hour, for today and three days ahead."""
