"""checkov, run out of process on what a stack declares: its environment, its answers, and the findings they make."""
