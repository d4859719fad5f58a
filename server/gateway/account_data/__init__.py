"""What an account owns across rooms: its export, and its end."""
