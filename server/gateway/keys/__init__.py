"""The keys that ENCRYPTION_KEYS wrap, and their change."""
