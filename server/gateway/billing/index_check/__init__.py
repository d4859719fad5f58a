"""The meter's registers against the load curve."""
