"""Usage points: the meters of accounts, their numbers and keys, and their contracts at Enedis."""
