"""What the archive knows of a day, as rows of energy and money."""
