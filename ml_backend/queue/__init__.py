"""The annotators' queue: which tasks come next, and putting them into Label Studio."""
