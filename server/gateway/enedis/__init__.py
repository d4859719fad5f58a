"""Enedis Data Connect 2026: the only room that speaks to Enedis."""
