"""Refinement: word vectors updated by annotators' marks."""
