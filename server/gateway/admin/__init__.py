"""What whoever runs a gateway sees and does: accounts, consents, upstreams, the log. Never anybody's readings."""
