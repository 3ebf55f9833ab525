"""Evaluation: metrics with intervals, agreement of annotators, and the gain of a period of work."""
