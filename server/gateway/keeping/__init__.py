"""What whoever runs a gateway does to its data: backup, restore, move, a change of keys."""
