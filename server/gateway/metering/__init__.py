"""The archive: what is known of which day, what is missing, what to ask next and when."""
