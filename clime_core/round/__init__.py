"""The round: one pure function from the annotators' answers to a new model version and its rankings."""
