"""The answer about a usage point, which reads across rooms, and its settings."""
