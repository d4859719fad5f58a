"""The figures of a day: rows of energy and money from the readings in the archive."""
