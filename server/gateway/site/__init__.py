"""What a page must know before anybody logs in."""
