"""Health checks: alive, and ready."""
