"""The audit log: security events and admin actions, append only."""
