"""Base classifiers: what predicts a document before marks and the pool's own text add to it."""
