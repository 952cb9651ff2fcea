"""What `pulumi up` runs in stacks/guardrails."""

from stacks.guardrails.program import attach

attach()
