"""Security events and admin actions, append only."""
