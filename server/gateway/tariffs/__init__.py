"""Tariffs: options, dated regulated prices, off-peak hours, buckets."""
