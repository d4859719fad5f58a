"""Chart data of a usage point: energy and EUR by step, compared with a year before."""
