"""Client for Enedis Data Connect 2026: the only room that calls Enedis."""
