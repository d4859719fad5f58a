"""What the same hours would have cost under each option."""
