"""From a rehearsed stack to what it intends: the program's own resource list in the words that a preflight judges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.intended import Intended, Thing
from stacks.declared.plan import plan
from stacks.declared.schema import block, types
from stacks.endpoint_services import unserved_actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.declared.arguments import Arguments
    from stacks.declared.plan import Planned
    from stacks.declared.resource import Declared
    from stacks.settings import Settings

_ARNS = {"aws_nat_gateway": "natgateway"}
"""What the provider gives no ARN, though IAM knows one: the kind in it."""


def intended(declared: Declared, settings: Settings, *, sampled: bool = False) -> Intended:
    """What the stack makes; ``sampled`` says that automq_config, which names the ops bucket, was a sample."""
    planned = plan(declared)
    names = settings.names
    addresses = {resource.urn: address for address, resource in planned.resources.items()}
    return Intended(
        stack=declared.stack,
        environment=settings.environment_id,
        account=settings.aws_account_id,
        region=settings.region,
        partition=names.partition,
        things=tuple(_thing(planned, address, addresses, settings) for address in planned.resources),
        zones=settings.zones,
        tags=settings.default_tags,
        deployer=settings.deployer,
        unsettled={names.ops_bucket: "automq_config"} if sampled else {},
        unserved=unserved_actions(settings),
        outward=_leads_out(declared),
    )


def _leads_out(declared: Declared) -> bool:
    """Whether the network leads to the internet; of one that the stack does not make, it does not say otherwise."""
    kinds = {resource.type for resource in declared.resources.values()}
    return "aws:ec2/natGateway:NatGateway" in kinds or "aws:ec2/vpc:Vpc" not in kinds


def _thing(planned: Planned, address: str, addresses: dict[str, str], settings: Settings) -> Thing:
    resource, made = planned.resources[address], planned.arguments[address]
    known = {attribute: text for text, attribute in resource.known_as.items()}
    arn = known.get("arn", "")
    unnamed = _ARNS.get(address.partition(".")[0])
    identity = known.get("id") or arn
    if not arn and unnamed is not None:
        arn = settings.names.regional("ec2", f"{unnamed}/{identity}")
    targets = dict.fromkeys(
        addresses[urn]
        for urns in resource.references.values()
        for urn in urns
        if addresses.get(urn, address) != address
    )
    kind, values = address.partition(".")[0], _readable(made)
    return Thing(address, kind, resource.name, values, identity, arn, tuple(targets), _tags(kind, values, settings))


def _tags(kind: str, values: Mapping[str, Any], settings: Settings) -> dict[str, str] | None:
    """The provider's default tags, and the thing's own over them."""
    if kind not in types() or "tags" not in block(kind).maps:
        return None
    return {**settings.default_tags, **(values.get("tags") or {})}


def _readable(made: Arguments) -> dict[str, Any]:
    return {key: value for key, value in made.values.items() if made.unknown.get(key) is not True}
