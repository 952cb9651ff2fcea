"""A shareable form: account ids, names and addresses become pseudonyms, what is said of them stays."""
