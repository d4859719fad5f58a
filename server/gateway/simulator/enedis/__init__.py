"""Enedis Data Connect 2026 at its real paths."""
