"""The summary of a usage point from several rooms, and its settings."""
