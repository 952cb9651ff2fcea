"""The cost model: one workload, both sides, every formula and every price with its source and date."""
