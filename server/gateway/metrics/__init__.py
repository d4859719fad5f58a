"""Gauges for Prometheus, computed at each scrape."""
