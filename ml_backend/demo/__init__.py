"""The demo: a small English-Spanish campaign on this machine, and a simulated annotator who works through it."""
