"""Evidence bundles: one archive, one signed statement over the digests of its members, checked by anyone."""
