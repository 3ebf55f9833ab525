"""The two lanes: the web application (requests) and the worker (rounds)."""
