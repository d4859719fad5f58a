"""Energy and money of days, weeks, months and years."""
