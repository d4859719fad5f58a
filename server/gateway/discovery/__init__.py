"""The gateway announces itself on its network (zeroconf, RFC 6763), so that Home Assistant finds it by itself."""
