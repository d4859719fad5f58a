"""General tools that are independent of the energy domain."""
