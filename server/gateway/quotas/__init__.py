"""Limits of calls per account and day, and per API of Enedis and hour: database rows, counted for each call."""
