"""The cost of the same hours under each tariff option."""
