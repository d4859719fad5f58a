"""How often a door may be knocked at."""
