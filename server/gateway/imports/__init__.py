"""Readings from files: recognised, shown before anything counts, accepted, and taken back whole."""
