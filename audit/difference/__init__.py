"""The difference of two boundaries: drift is the one whose first is a rehearsal."""
