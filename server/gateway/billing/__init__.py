"""Off-peak hours, prices with their dates, buckets, cost."""
