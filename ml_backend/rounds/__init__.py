"""Rounds: read the annotations, make a model version, publish the new order."""
