"""Which documents to ask: ways to order the pool, behind one signature."""
