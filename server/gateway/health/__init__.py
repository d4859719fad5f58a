"""Alive, and ready."""
