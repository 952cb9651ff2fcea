"""A declared stack as Terraform's plan JSON, as ``terraform show -json`` prints it (JSON Output Format, 1.2)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stacks.declared.arguments import Target, convert
from stacks.declared.naming import terraform_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.declared.arguments import Arguments
    from stacks.declared.resource import Declared, Resource

_PROVIDER = "registry.terraform.io/hashicorp/aws"
_NOT_AWS = ("pulumi:",)
"""Providers and stack references: nothing of the cloud."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, and what it could not say.

    Attributes:
        plan: the JSON document.
        resources: Terraform's address to the resource.
        arguments: Terraform's address to what became of the resource's inputs.
        unmapped: resources of a type that the schema does not describe.
    """

    plan: Mapping[str, Any]
    resources: Mapping[str, Resource]
    arguments: Mapping[str, Arguments]
    unmapped: Sequence[Resource] = field(default=())


def plan(declared: Declared) -> Planned:
    """The stack's plan; every resource of the cloud stands in it, or among what is unmapped."""
    things = [r for r in declared.resources.values() if r.custom and not r.type.startswith(_NOT_AWS)]
    types = {resource.urn: terraform_type(resource.type) for resource in things}
    mapped = [resource for resource in things if types[resource.urn] is not None]
    addresses = _addresses(mapped, types)
    targets = {r.urn: Target(addresses[r.urn], r.known_as) for r in mapped}
    arguments = {addresses[r.urn]: _arguments(r, addresses[r.urn], targets) for r in mapped}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.6.0",
        "planned_values": {"root_module": {"resources": [_planned(*one) for one in arguments.items()]}},
        "resource_changes": [_change(*one) for one in arguments.items()],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": _PROVIDER}},
            "root_module": {"resources": [_configured(*one) for one in arguments.items()]},
        },
    }
    by_address = {addresses[resource.urn]: resource for resource in mapped}
    unmapped = tuple(resource for resource in things if types[resource.urn] is None)
    return Planned(document, by_address, arguments, unmapped)


def _addresses(resources: Sequence[Resource], types: Mapping[str, str | None]) -> dict[str, str]:
    """URN to ``aws_s3_bucket.data``: names that are no identifiers are made some, those taken get a number."""
    taken: Counter[str] = Counter()
    found: dict[str, str] = {}
    for resource in resources:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", resource.name)
        plain = f"{types[resource.urn]}.{name if re.match('[A-Za-z_]', name) else f'_{name}'}"
        address = plain
        while address in taken:
            taken[plain] += 1
            address = f"{plain}_{taken[plain]}"
        taken[address] += 1
        found[resource.urn] = address
    return found


def _arguments(resource: Resource, address: str, targets: Mapping[str, Target]) -> Arguments:
    refers = {
        key: [targets[urn] for urn in urns if urn in targets and urn != resource.urn]
        for key, urns in resource.references.items()
    }
    return convert(address.partition(".")[0], resource.inputs, refers)


def _head(address: str) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name}


def _planned(address: str, made: Arguments) -> dict[str, Any]:
    return {**_head(address), "provider_name": _PROVIDER, "schema_version": 0, "values": made.values}


def _change(address: str, made: Arguments) -> dict[str, Any]:
    change = {"actions": ["create"], "before": None, "after": made.values, "after_unknown": made.unknown}
    return {**_head(address), "provider_name": _PROVIDER, "change": change}


def _configured(address: str, made: Arguments) -> dict[str, Any]:
    return {**_head(address), "provider_config_key": "aws", "schema_version": 0, "expressions": made.expressions}
