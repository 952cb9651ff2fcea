"""The rehearsal: the stack's own program run against an embedded AWS that lives and dies with one process."""
