"""Consents: which accounts may read which meters."""
