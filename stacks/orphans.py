"""What an interrupted deployment left behind: tagged as the environment's, and unknown to Pulumi's state.

    pulumi stack export --stack poc > state.json
    aws resourcegroupstaggingapi get-resources --tag-filters Key=automqEnvironmentID,Values=ENVIRONMENT > tagged.json
    python -m stacks.orphans state.json tagged.json

Pulumi writes down what it is about to make; but when a provider dies after AWS has answered and before it has answered
Pulumi, the state forgets the thing. Its tags remember it. The exit code is 1 when something was left behind.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.model.errors import KitError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the AutoMQ console makes at run time, under the same tags and in no state.
_OF_THE_CONSOLE = re.compile(r":autoscaling:|:ec2:[^:]*:[^:]*:(instance|volume|network-interface|launch-template)/")
_ARGUMENTS = 2


def orphans(state: Mapping[str, Any], tagged: Mapping[str, Any]) -> tuple[str, ...]:
    """The ARNs of tagged things that neither the state knows nor the console makes, sorted.

    Args:
        state: the answer of `pulumi stack export`, or its deployment.
        tagged: the answer of GetResources of the Resource Groups Tagging API.
    """
    known = set(_known(state.get("deployment", state)))
    arns = (str(entry["ResourceARN"]) for entry in tagged.get("ResourceTagMappingList", ()))
    return tuple(sorted(arn for arn in arns if not _OF_THE_CONSOLE.search(arn) and not _parts(arn) & known))


def _known(deployment: Mapping[str, Any]) -> Iterator[str]:
    """Every id and ARN in the state."""
    for resource in deployment.get("resources") or ():
        outputs = resource.get("outputs") or {}
        yield from (text for text in (resource.get("id"), outputs.get("arn")) if isinstance(text, str))


def _parts(arn: str) -> set[str]:
    """The ARN, and the names in it by which Pulumi may know the thing: ``vpc-1`` of ``…:vpc/vpc-1``."""
    resource = arn.split(":", 5)[-1]
    return {arn, resource, resource.rpartition("/")[2], resource.rpartition(":")[2]}


def _read(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as JSON ({error}): write it as docs/deploy.md says") from error


def main(arguments: list[str]) -> int:
    """Print what was left behind, one ARN a line; the exit code."""
    if len(arguments) != _ARGUMENTS:
        raise SettingsError("name two files: python -m stacks.orphans state.json tagged.json")
    left = orphans(*map(_read, arguments))
    sys.stdout.write("".join(f"{arn}\n" for arn in left) or "nothing was left behind\n")
    return 1 if left else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KitError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)
