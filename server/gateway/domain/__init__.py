"""Types that many rooms share: direction, reading, Tempo day, colour and season."""
