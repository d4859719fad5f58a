"""Counted uses of budgets, exact across replicas and restarts."""
