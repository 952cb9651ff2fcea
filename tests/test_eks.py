"""Brokers in a cluster: what the rehearsal shows, what a real account would, and what is found when that is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from cli.judging import Judged


@pytest.fixture(scope="module")
def eks(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("eks")


@pytest.fixture(scope="module")
def before(eks: Rehearsed) -> Judged:
    return eks.judged()


def broken(judged: Judged) -> set[str]:
    return {finding.policy for finding in judged.findings if finding.verdict is Verdict.BROKEN}


def test_nothing_is_broken_and_only_what_no_emulator_shows_is_unknown(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert broken(before) == set()
    assert [claim.text for claim in claims if claim.verdict is Verdict.BROKEN] == []
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_who_enters_the_cluster_is_unknown_and_not_held_for_nobody(before: Judged) -> None:
    (entries,) = [finding for finding in before.findings if finding.policy == "EKS002"]
    assert entries.verdict is Verdict.UNKNOWN


def test_the_api_the_kubelets_and_the_clusters_names_are_reached_as_declared(before: Judged) -> None:
    said = {
        claim.text
        for answer in before.answers
        if answer.question == "traffic_paths"
        for claim in answer.claims
        if claim.verdict is Verdict.HOLDS
    }
    for listener in ("cluster-api (tcp 443)", "brokers-kubelet (tcp 10250)", "cluster-names (tcp 53)"):
        assert any(f"{listener} as declared" in text for text in said), listener


def public(answer: dict[str, Any]) -> None:
    answer["cluster"]["resourcesVpcConfig"].update(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/0"])


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("its API faces the world", "DescribeCluster", public, {"EKS001"}),
    ("nodes are of an old image", "DescribeNodegroup",
     lambda a: a["nodegroup"].update(amiType="AL2_ARM_64"), {"EKS003"}),
    ("nodes are bought on the spot market", "DescribeNodegroup",
     lambda a: a["nodegroup"].update(capacityType="SPOT"), {"EKS004"}),
    ("brokers stand in one zone", "DescribeNodegroup",
     lambda a: a["nodegroup"].update(subnets=a["nodegroup"]["subnets"][:1], taints=[{"key": a["nodegroup"]["nodegroupName"]}]),
     {"EKS005"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "mend", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_protection_taken_away_gives_exactly_what_follows(
    eks: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    assert broken(eks.judged(edit(operation, mend))) == policies
