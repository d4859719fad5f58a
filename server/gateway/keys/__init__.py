"""The keys that are wrapped by ENCRYPTION_KEYS, and their rotation."""
