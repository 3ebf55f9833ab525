"""Words: how salient they are, which lie near them, and where they occur."""
