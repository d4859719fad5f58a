"""What a user may cost a day, and what Enedis allows an hour: rows, counted when a call is really made."""
