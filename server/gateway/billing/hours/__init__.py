"""Published hours: what clients were sent, and what has changed since."""
