"""What `pulumi up` runs in stacks/bootstrap."""

from stacks.bootstrap.program import bootstrap

bootstrap()
