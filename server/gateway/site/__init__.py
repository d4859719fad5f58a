"""Public information about the site, for pages before log-in."""
