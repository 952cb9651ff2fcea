"""The operating model: who holds which duty, which signals replace those of today, and who can see them."""
