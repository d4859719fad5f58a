"""Buckets by time with their price, past and to come."""
