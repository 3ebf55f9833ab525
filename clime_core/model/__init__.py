"""What is computed: classifiers, salience, neighbours, refinement, uncertainty, concordance, alignment."""
