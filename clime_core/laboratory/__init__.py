"""The laboratory: a made corpus and a simulated annotator, to try campaigns without people."""
