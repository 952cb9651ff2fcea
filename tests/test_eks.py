"""Brokers in a cluster: what the rehearsal shows, what a real account would, and what is found when that is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from answers import edit
from cluster_answers import answered

from audit.model.contract import Privilege
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from cluster_answers import Entry, Pod
    from conftest import Rehearsed, Run

    from cli.judging import Judged


@pytest.fixture(scope="module")
def run(typed: Callable[[str], Run]) -> Run:
    return typed("eks")


@pytest.fixture(scope="module")
def eks(run: Run) -> Rehearsed:
    return run.rehearsed


DEPLOYER, CONSOLE = (
    "arn:aws:iam::555566667777:role/automq-deployer",
    "arn:aws:iam::555566667777:role/automq-console-env-eks",
)
BROKERS, DISKS = (f"arn:aws:iam::555566667777:role/automq-{role}-env-eks" for role in ("data-plane", "ebs-csi"))
WHOLE: dict[str, Any] = {"type": "cluster", "namespaces": []}
ENTRIES: list[Entry] = [
    (DEPLOYER, "AmazonEKSClusterAdminPolicy", WHOLE),
    (CONSOLE, "AmazonEKSAdminPolicy", {"type": "namespace", "namespaces": ["automq"]}),
]
PODS: list[Pod] = [("automq", "automq-sa", BROKERS), ("kube-system", "ebs-csi-controller-sa", DISKS)]


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


def test_what_helm_is_given_stands_beside_the_audit_in_words_of_this_environment(run: Run, eks: Rehearsed) -> None:
    given = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (run.folder / "kubernetes").iterdir()}
    balancer, disk = given["aws-load-balancer-controller"]["values"], given["aws-ebs-csi-driver"]["values"]
    network, keys = eks.contract.network, eks.contract.keys

    assert network is not None
    assert (balancer["clusterName"], balancer["vpcId"], balancer["replicaCount"]) == ("automq-env-eks", network.vpc, 2)
    assert disk["storageClasses"][0]["parameters"]["kmsKeyId"] == keys["volumes-key"].arn
    said = " ".join(run.out.split())
    for release in given.values():
        assert f"{release['release']} {release['version']}" in said
    assert "nothing applied" in said


def test_the_group_that_eks_makes_admits_its_members_alone_as_it_does_in_aws(eks: Rehearsed) -> None:
    groups = [
        group
        for record in eks.snapshot.records
        if record.operation == "DescribeSecurityGroups"
        for group in record.response["SecurityGroups"]
        if group["GroupName"] == "eks-cluster-sg-automq-env-eks"
    ]
    admitted = [(rule["IpProtocol"], rule["UserIdGroupPairs"][0]["GroupId"]) for rule in groups[0]["IpPermissions"]]
    assert admitted == [("-1", groups[0]["GroupId"])]


def test_the_cluster_is_drawn_with_its_private_api(run: Run) -> None:
    drawn = (run.folder / "diagrams" / "boundary.svg").read_text("utf-8")
    assert "EKS cluster" in drawn
    assert "private API" in drawn


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


def ways_to_records(judged: Judged) -> dict[str, set[str]]:
    """Who may read records as the data plane, by its role in the contract, and by which steps."""
    (data,) = judged.boundary.resolve("data-bucket")
    found: dict[str, set[str]] = {}
    for edge in judged.boundary.who_can(data, Privilege.READ):
        steps = {step["primitive"] for way in edge.properties.get("through") or () for step in way}
        found.setdefault(judged.boundary.roles.get(edge.source, edge.source), set()).update(steps)
    return found


def test_a_real_account_shows_that_the_deployer_alone_administers_and_pods_alone_hold_the_brokers_role(
    eks: Rehearsed,
) -> None:
    judged = answered(eks, ENTRIES, PODS).judged()

    assert broken(judged) == set()
    assert "EKS002" not in {finding.policy for finding in judged.findings}
    assert ways_to_records(judged).keys() == {"data-plane", "console", "account-root"}
    assert ways_to_records(judged)["console"] == {"eks-access-entry"}


def test_a_console_that_administers_the_whole_cluster_is_found(eks: Rehearsed) -> None:
    judged = answered(eks, [*ENTRIES, (CONSOLE, "AmazonEKSClusterAdminPolicy", WHOLE)], PODS).judged()
    assert "EKS002" in broken(judged)


def test_whoever_else_may_start_pods_of_the_brokers_account_is_found_as_a_reader_of_records(eks: Rehearsed) -> None:
    stranger = "arn:aws:iam::555566667777:role/automq-backup-env-eks"
    scope: dict[str, Any] = {"type": "namespace", "namespaces": ["automq"]}
    judged = answered(eks, [*ENTRIES, (stranger, "AmazonEKSEditPolicy", scope)], PODS).judged()
    undeclared = {judged.boundary.roles[f.claim.subject] for f in judged.findings if f.claim.reason == "upper_bound"}
    assert ways_to_records(judged)["backup"] == {"eks-access-entry"}
    assert "data-bucket" in undeclared


def public(answer: dict[str, Any]) -> None:
    answer["cluster"]["resourcesVpcConfig"].update(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/0"])


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("its API faces the world", "DescribeCluster", public, {"EKS001"}),
    ("its secrets are under no key of ours", "DescribeCluster",
     lambda a: a["cluster"].update(encryptionConfig=[]), {"EKS006"}),
    ("its audit log is off", "DescribeCluster",
     lambda a: a["cluster"]["logging"]["clusterLogging"][0].update(types=["api"]), {"EKS007"}),
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
