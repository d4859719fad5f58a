"""Administration: accounts, consents, upstreams and the audit log. Administrators never see readings."""
