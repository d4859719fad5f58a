"""Mail: what has to be sent, its texts, and who carries it."""
