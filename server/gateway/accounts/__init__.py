"""Accounts, their API clients and their tokens."""
