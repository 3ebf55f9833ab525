"""What is computed: classifiers, salience, neighbours, refinement, which documents to ask, concordance, alignment."""
