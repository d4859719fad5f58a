"""What a kWh costs: options, regulated prices with their dates, off-peak hours, buckets."""
