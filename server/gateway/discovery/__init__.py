"""Announces the gateway on its network (zeroconf, RFC 6763), so that Home Assistant finds it automatically."""
