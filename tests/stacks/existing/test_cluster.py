"""An existing EKS cluster is taken as it is, or refused in one sentence before anything is made."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from stacks.existing import cluster, look_up
from stacks.existing.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacks.existing.cluster import Cluster
    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

    Change = Callable[[dict[str, Any]], Any]

KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f3"
SERVICES = ("ecr.api", "ecr.dkr", "ec2", "eks", "eks-auth", "kms", "logs", "monitoring", "s3", "secretsmanager", "ssm",
            "ssmmessages", "sts")  # fmt: skip


@pytest.fixture(scope="module")
def clustered(stack_with: Callable[[str], Callable[..., Settings]]) -> Callable[..., Settings]:
    """The settings of existing-vpc with brokers in a cluster that is there, and more said of it."""

    def make(**eks: Any) -> Settings:
        return stack_with("existing-vpc")(
            deploy_type="K8S",
            eks={"existing": "platform", **eks},
            console_permissions="tight",
            deployer="arn:aws:iam::111122223333:role/automq-deployer",
            keys={"existing": {"ops": KEY}},
            network={"endpoints": dict.fromkeys(SERVICES, "made")},
        )

    return make


@pytest.fixture(scope="module")
def settings(clustered: Callable[..., Settings]) -> Settings:
    return clustered()


@pytest.fixture(scope="module")
def there(settings: Settings, furnish: Callable[[Settings], Iterator[Emulator]]) -> Iterator[Cluster]:
    for _ in furnish(settings):
        look_up(settings)
        yield cluster.read(Reader(settings.region), "platform", settings.network.subnets)


def test_a_cluster_that_fits_is_taken_with_the_group_that_eks_made_for_it(settings: Settings, there: Cluster) -> None:
    assert cluster.problems(settings, there) == []
    assert look_up(settings).control_plane_group == there.group != ""


REFUSED: list[tuple[str, Change, str]] = [
    ("another VPC", lambda d: d["resourcesVpcConfig"].update(vpcId="vpc-2"), "stands in vpc-2, network.existing is"),
    ("no private endpoint", lambda d: d["resourcesVpcConfig"].update(endpointPrivateAccess=False),
     "has no private endpoint"),
    ("open to the world", lambda d: d["resourcesVpcConfig"].update(endpointPublicAccess=True),
     "has an API that faces every address"),
    ("open to two halves of it",
     lambda d: d["resourcesVpcConfig"].update(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/1", "128.0.0.0/1"]),
     "has an API that faces every address"),
    ("no entries", lambda d: d.update(accessConfig={"authenticationMode": "CONFIG_MAP"}), "knows no access entries"),
    ("secrets in plain", lambda d: d.update(encryptionConfig=[]), "encrypts its secrets with no key of yours"),
    ("secrets under another key", lambda d: d["encryptionConfig"][0]["provider"].update(keyArn=KEY[:-1] + "9"),
     "is no key of the environment: name it as keys.existing.ops"),
    ("a log that is off", lambda d: d["logging"]["clusterLogging"][0].update(types=["api", "scheduler"]),
     "does not write its logs audit, authenticator, controllerManager"),
    ("logs that are named and off", lambda d: d["logging"]["clusterLogging"][0].update(enabled=False),
     "does not write its logs api, audit"),
    ("an old version", lambda d: d.update(version="1.30"), "is of version 1.30, which has no Amazon Linux 2023 images"),
    ("another version", lambda d: d.update(version="1.35"), 'is of version 1.35, eks.version says 1.36: write "1.35"'),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_a_cluster_that_does_not_fit_is_refused_in_one_sentence(
    settings: Settings, there: Cluster, change: Change, sentence: str
) -> None:
    detail = copy.deepcopy(dict(there.detail or {}))
    change(detail)
    (said,) = cluster.problems(settings, dataclasses.replace(there, detail=detail))
    assert sentence in said


@pytest.mark.parametrize(
    ("rules", "ports"),
    [
        ([], ["tcp 443", "tcp 53", "udp 53"]),
        ([{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "10.80.0.0/20"}]}], ["udp 53"]),
        ([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.80.0.0/26"}]}], ["tcp 443", "tcp 53", "udp 53"]),
        ([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.80.0.0/16"}]}], []),
    ],
    ids=["nothing", "tcp alone", "a part of the subnets", "everything from the VPC"],
)
def test_a_group_that_keeps_nodes_out_is_named_with_what_it_lacks(
    settings: Settings, there: Cluster, rules: list[dict[str, Any]], ports: list[str]
) -> None:
    said = cluster.problems(settings, dataclasses.replace(there, rules=rules))
    assert [port for port in ("tcp 443", "tcp 53", "udp 53") for one in said if f" to {port}, " in one] == ports


def test_a_name_that_no_cluster_has_is_refused_before_anything_is_made(
    there: Cluster, clustered: Callable[..., Settings]
) -> None:
    with pytest.raises(SettingsError, match=r"eks\.existing elsewhere is not there in us-east-1: name a cluster"):
        look_up(clustered(existing="elsewhere"))


def test_a_cluster_goes_with_its_own_vpc_and_its_owners_rules(
    clustered: Callable[..., Settings], stack_with: Callable[[str], Callable[..., Settings]]
) -> None:
    with pytest.raises(SettingsError, match=r"name that VPC in network\.existing"):
        stack_with("eks")(eks={"existing": "platform", "administrator_sources": []})
    with pytest.raises(SettingsError, match=r"platform is there already: leave administrator_sources out"):
        clustered(administrator_sources=["10.80.0.0/20"])
