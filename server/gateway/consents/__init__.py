"""Who shares which meter with us."""
