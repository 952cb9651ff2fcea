"""The case, poc.yaml: what is compared, on which workload, by which limits; one file per section."""
