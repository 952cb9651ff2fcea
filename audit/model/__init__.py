"""The words that all rooms share: names, facts, the graph's vocabulary, verdicts, the contract. Imports nothing of ours."""
