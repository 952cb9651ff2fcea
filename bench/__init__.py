"""The bench: a synthetic account with a rehearsed footprint, and what deploying and auditing it costs."""
