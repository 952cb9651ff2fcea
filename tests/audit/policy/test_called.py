"""Fingerprints stay where ids are made anew, and differ where things do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.graph import BoundaryGraph, Node, NodeKind
from audit.policy.called import Called

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.boundary import Boundary

FIRST, SECOND = "0123456789abcdef0", "fedcba98765432100"
EC2 = "arn:aws:ec2:us-east-1:111111111111"


def volume(number: str, **tags: str) -> Node:
    return Node(
        f"{EC2}:volume/vol-{number}", NodeKind.VOLUME, f"vol-{number}", "111111111111", "us-east-1", {"tags": tags}
    )


def called(make: Callable[..., Boundary], *nodes: Node, **changes: Any) -> list[str]:
    boundary = make(list(nodes), **changes)
    return [Called(boundary).of(node.id) for node in nodes]


def test_a_made_up_id_is_called_by_its_tag_name(make: Callable[..., Boundary]) -> None:
    assert called(make, volume(FIRST, Name="data")) == called(make, volume(SECOND, Name="data"))
    assert called(make, volume(FIRST, Name="data")) != called(make, volume(FIRST, Name="root"))


def test_two_of_one_tag_name_are_not_taken_for_one(make: Callable[..., Boundary]) -> None:
    found = called(make, volume(FIRST, Name="data"), volume(SECOND, Name="data"))
    assert len(set(found)) == 2


def test_without_a_tag_name_the_id_stays(make: Callable[..., Boundary]) -> None:
    assert called(make, volume(FIRST)) != called(make, volume(SECOND))


def test_what_the_contract_names_is_called_by_its_role(make: Callable[..., Boundary]) -> None:
    boundary = make([])
    network = boundary.contract.network
    assert network is not None
    other = make([], network=network.model_copy(update={"vpc": "vpc-2", "security_groups": {"endpoint-group": "sg-2"}}))
    for first, second in (("vpc/vpc-1", "vpc/vpc-2"), ("security-group/sg-e", "security-group/sg-2")):
        assert Called(boundary).of(f"{EC2}:{first}") == Called(other).of(f"{EC2}:{second}")


def test_another_environment_has_other_fingerprints(make: Callable[..., Boundary]) -> None:
    buckets = [Called(make([], environment_id=name)).of("arn:aws:s3:::data") for name in ("poc", "production")]
    assert len(set(buckets)) == 2


def test_what_is_no_node_is_called_by_its_name(make: Callable[..., Boundary]) -> None:
    boundary = replace(make([]), graph=BoundaryGraph())
    assert Called(boundary).of("alerts").endswith("/alerts")
