"""The store: what was read of Label Studio and what was made of it, in SQLite or PostgreSQL."""
