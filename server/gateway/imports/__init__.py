"""Imports of readings from files: a file is recognised, previewed, accepted, and can be taken back whole."""
