"""Backup of a gateway to one file, and restore from it."""
