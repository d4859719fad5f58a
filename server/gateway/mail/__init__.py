"""Mail: its kinds, its texts and its sender."""
