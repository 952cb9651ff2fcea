"""What the rows of EC2 share: its ARNs, its way of tagging and its way of describing."""

from __future__ import annotations

from stacks.rehearsal.row import Call


def ec2_arn(kind: str) -> str:
    """The expression for the ARN of an EC2 object: ``arn:{partition}:ec2:{region}:{account}:{kind}/{id}``."""
    return f"arn('ec2', join('/', ['{kind}', id]))"


def ec2_tags(kind: str) -> str:
    """The expression for TagSpecifications of one kind; an empty list when there are no tags."""
    return f"tags && [{{ResourceType: '{kind}', Tags: tags}}]"


def found(operation: str, parameter: str, at: str, absent: str) -> Call:
    """A describing call by id: what it shows stands at a path of the answer, and a code means it is gone."""
    return Call(
        operation=operation, params={parameter: "[id]"}, shows=f"answers.{operation}.{at}", absent=frozenset({absent})
    )
