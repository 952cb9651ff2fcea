"""What is there: a read-only walk of accounts becomes a boundary graph, and answers are read from it."""
