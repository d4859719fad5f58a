"""Tempo: one colour per day, from 06:00 to 06:00, decided by RTE."""
