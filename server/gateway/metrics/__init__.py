"""What is worth watching of a gateway, counted when Prometheus asks."""
