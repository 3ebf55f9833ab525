"""Sentence encoders: texts become vectors, each text once."""
