from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.cluster_names import CNI, DISKS, ClusterNames
from components.documents import cluster as documents
from components.documents import keys as key_documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.layout import Names

POD = {
    "aws:SourceAccount": "111122223333",
    "aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/automq-env-abc",
    "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111122223333:cluster/automq-env-abc",
    "aws:RequestTag/kubernetes-namespace": "automq",
    "aws:RequestTag/kubernetes-service-account": "automq-sa",
}
OWN = {
    "aws:ResourceTag/automqVendor": "automq",
    "aws:ResourceTag/automqEnvironmentID": "env-abc",
    "aws:RequestedRegion": "eu-west-1",
}


@pytest.fixture
def cluster(names: Names) -> ClusterNames:
    return ClusterNames(names)


def test_pods_of_the_brokers_account_take_their_role(cluster: ClusterNames, evaluate: Callable[..., str]) -> None:
    trust = {"Statement": [{**one, "Resource": "*"} for one in documents.brokers(cluster)["Statement"]]}
    for action in ("sts:AssumeRole", "sts:TagSession"):
        assert evaluate([trust], action, "role", POD) == "allow"


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("aws:SourceAccount", "777788889999"),
        ("aws:SourceArn", "arn:aws:eks:eu-west-1:111122223333:cluster/other"),
        ("aws:RequestTag/eks-cluster-arn", "arn:aws:eks:eu-west-1:111122223333:cluster/other"),
        ("aws:RequestTag/kubernetes-namespace", "default"),
        ("aws:RequestTag/kubernetes-service-account", "default"),
    ],
)
def test_other_pods_clusters_and_accounts_do_not(
    cluster: ClusterNames, evaluate: Callable[..., str], key: str, other: str
) -> None:
    trust = {"Statement": [{**one, "Resource": "*"} for one in documents.brokers(cluster)["Statement"]]}
    assert evaluate([trust], "sts:AssumeRole", "role", {**POD, key: other}) == "nothing"
    assert evaluate([trust], "sts:AssumeRole", "role", {k: v for k, v in POD.items() if k != key}) == "nothing"


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        (DISKS, "ec2:AttachVolume", "volume/vol-1"),
        (DISKS, "ec2:AttachVolume", "instance/i-1"),
        (DISKS, "ec2:DeleteVolume", "volume/vol-1"),
        (CNI, "ec2:AssignPrivateIpAddresses", "network-interface/eni-1"),
        (CNI, "ec2:ModifyNetworkInterfaceAttribute", "network-interface/eni-1"),
    ],
)
def test_the_clusters_parts_change_what_is_the_environments_alone(
    cluster: ClusterNames, names: Names, evaluate: Callable[..., str], role: str, action: str, resource: str
) -> None:
    held: Any = list(documents.identities(cluster, names.regional("kms", "key/volumes"))[role].values())
    of_another = {**OWN, "aws:ResourceTag/automqEnvironmentID": "env-other"}
    assert evaluate(held, action, names.regional("ec2", resource), OWN) == "allow"
    assert evaluate(held, action, names.regional("ec2", resource), of_another) == "nothing"


def test_the_logs_key_encrypts_the_control_planes_logs(
    cluster: ClusterNames, names: Names, evaluate: Callable[..., str]
) -> None:
    context = {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/automq-env-abc/cluster"
    }
    policies = [key_documents.logs_key(names, of) for of in (cluster, None)]
    logs = [{"Statement": [one for one in policy["Statement"] if one["Sid"] == "LogGroups"]} for policy in policies]
    assert [evaluate([one], "kms:Encrypt", "key", context) for one in logs] == ["allow", "nothing"]


def test_a_volume_without_encryption_is_not_made(
    cluster: ClusterNames, names: Names, evaluate: Callable[..., str]
) -> None:
    held: Any = list(documents.identities(cluster, names.regional("kms", "key/volumes"))[DISKS].values())
    request = {
        "aws:RequestTag/automqVendor": "automq",
        "aws:RequestTag/automqEnvironmentID": "env-abc",
        "ec2:Encrypted": "true",
    }
    volume = names.regional("ec2", "volume/*")
    assert evaluate(held, "ec2:CreateVolume", volume, request) == "allow"
    assert evaluate(held, "ec2:CreateVolume", volume, {**request, "ec2:Encrypted": "false"}) == "nothing"
