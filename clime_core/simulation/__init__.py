"""Simulations: a simulated annotator, and experiments with controls that separate true gains from false ones."""
