"""What `pulumi preview | up | destroy` runs."""

from stacks.program import deploy

deploy()
