"""What EC2 itself says to the caller: dry runs see every layer, session policies and SCPs too, and make nothing.

AWS page "Test your permissions for EC2 API calls" (DryRun): DryRunOperation where the caller may, UnauthorizedOperation
where it may not. A call that names what is not there yet cannot be tried, so these stand for what needs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.preflight.asking import dry_run
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.seen import deployer, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen
    from audit.services.row import Row

TITLE = "EC2 accepts the deployer's calls in a dry run"
_REFUSED = "UnauthorizedOperation"


def reads(intended: Intended, caller: str) -> Iterator[Row]:
    """Dry runs of what the stack makes, where who asks is who deploys; with the tags that they are made with."""
    if not same(caller, deployer(intended, caller)):
        return
    for type_, operation, kind, params in _tries(intended):
        thing = next(intended.of(type_), None)
        if thing is not None:
            tags = [{"Key": key, "Value": value} for key, value in sorted((thing.tags or {}).items())]
            tagged = {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}
            yield dry_run(operation, f"Shows whether EC2 lets the caller make a {kind}.", **params, **tagged)


def _tries(intended: Intended) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Terraform's type, the call, what it makes in EC2's words, and its parameters."""
    network = next(intended.of("aws_vpc"), None)
    volume = next(intended.of("aws_ebs_volume"), None)
    yield "aws_vpc", "CreateVpc", "vpc", {"CidrBlock": network.values.get("cidr_block")} if network else {}
    yield "aws_internet_gateway", "CreateInternetGateway", "internet-gateway", {}
    yield "aws_eip", "AllocateAddress", "elastic-ip", {"Domain": "vpc"}
    if volume is not None:
        zone, size = volume.values.get("availability_zone"), volume.values.get("size")
        yield "aws_ebs_volume", "CreateVolume", "volume", {"AvailabilityZone": zone, "Size": size, "Encrypted": True}


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence for what passed, one for each call that did not."""
    tried = [row for row in seen.rows.values() if row.params.get("DryRun") is True]
    if not tried and not seen.deployer_asked:
        yield unknown(
            "not_tried", seen.deployer,
            f"EC2's dry runs would try {seen.caller}, not {seen.deployer}, who is to deploy",
            way_out="run the preflight as who deploys",
        )  # fmt: skip
        return
    passed = []
    for row in tried:
        outcome = seen.value(row.name)
        if outcome is None:
            passed.append(row)
        elif not isinstance(outcome, Unknown):
            text = f"{row.permission} was answered, but not as a dry run: what the answer proves is not known"
            yield unknown(
                "not_a_dry_run", row.permission, text, seen.evidence(row.name), way_out="check AWS_ENDPOINT_URL"
            )
        elif outcome.code == _REFUSED:
            text = f"EC2 refuses {row.permission} to the caller in a dry run"
            way = f"allow {row.permission} to it: the checks permissions and organization say which policy lacks it"
            yield broken("refused", row.permission, text, outcome.record, way_out=way)
        else:
            text = f"EC2 answered the dry run of {row.permission} with {outcome.code}"
            yield unknown(
                "dry_run_failed", row.permission, text, outcome.record, way_out="look the code up, and try again"
            )
    if passed:
        text = f"EC2 accepts {', '.join(row.permission for row in passed)} in a dry run, with the stack's tags"
        yield holds("accepted", seen.deployer, text, *(seen.evidence(row.name) for row in passed))
