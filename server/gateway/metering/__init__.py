"""The archive of readings: what is stored for each day, what is missing, and which call to make next and when."""
