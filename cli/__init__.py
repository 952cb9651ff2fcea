"""The composition root: one file per command group, and the only place that sees every room."""
