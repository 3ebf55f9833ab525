"""The round: one pure function from what is known to a new model version and its rankings."""
