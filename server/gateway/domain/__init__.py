"""The small words that many rooms share: a direction, a reading, a Tempo day, its colour and its season."""
