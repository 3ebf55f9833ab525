"""The store: what was read from Label Studio and what was made from it, in SQLite or PostgreSQL."""
