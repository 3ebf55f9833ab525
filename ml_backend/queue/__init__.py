"""The annotators' queue: which tasks come next, and bringing them into Label Studio."""
