"""The words that all rooms share: names, facts, the graph, verdicts, the contract. Imports nothing of ours."""
