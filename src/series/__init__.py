"""Series of volumes: groups × volumes as one table, what goes together in it, and its files."""
