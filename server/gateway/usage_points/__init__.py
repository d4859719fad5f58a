"""Usage points: the meters of accounts, their numbers and keys, what Enedis tells of their contracts."""
