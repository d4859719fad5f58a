"""Mail: kinds, texts, outbox and senders."""
