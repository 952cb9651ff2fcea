"""The vendor's own three deployments as toy accounts: the figures are those of its public modules, the code is ours."""
