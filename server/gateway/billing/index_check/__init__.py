"""Compares the meter's registers with the load curve."""
