"""Client for Enedis Data Connect 2026: the only package that calls Enedis."""
