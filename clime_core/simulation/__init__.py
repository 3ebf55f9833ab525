"""The laboratory: a made corpus, a simulated annotator, and experiments that tell true gains from false ones."""
