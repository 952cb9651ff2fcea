"""Writes policies/accounts/tidy, the account that policies' examples change: ``python tests/accounts/tidy.py``.

The production stack, rehearsed, with a small cluster in its VPC, and what the emulator does not know answered as AWS
answers of an account that has none of it. Ids are other ones each time: run it when the components have changed, then ``byoc policy test``.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.session import Session
from jmespath import search

from audit.model.snapshot import Record, Snapshot
from cli import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.model.contract import BoundaryContract

PLACE = Path(__file__).parents[2] / "policies/accounts/tidy"
TAKEN_AT = "2026-11-23T00:00:00Z"
ANSWERS: dict[str, dict[str, Any]] = {
    "GetImageBlockPublicAccessState": {"ImageBlockPublicAccessState": "block-new-sharing"},
    "GetSnapshotBlockPublicAccessState": {"State": "block-all-sharing"},
    "GetSerialConsoleAccessStatus": {"SerialConsoleAccessEnabled": False},
    "GetInstanceMetadataDefaults": {"AccountLevel": {"HttpTokens": "required"}},
    "DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
    "GetContactInformation": {"ContactInformation": {"FullName": "cloud platform", "CountryCode": "NL"}},
    "GetServiceSetting": {"ServiceSetting": {"SettingValue": "false", "Status": "Default"}},
}
AMAZONS = {"ImageOwnerAlias": "amazon", "OwnerId": "137112412989", "Public": True}
ABSENT = {
    "DescribeEffectivePolicy": "AWSOrganizationsNotInUseException",
    "GetBackupVaultAccessPolicy": "ResourceNotFoundException",
}


def main() -> None:
    """Rehearse production and write what came of it."""
    _, _, contract, snapshot = rehearsing.rehearse("production", {})
    volume = data_volume(snapshot)
    arn = f"arn:{contract.partition}:ec2:{contract.region}:{contract.account}:volume/{volume}"
    records = tuple(more([written for record in snapshot.records for written in answered(record, arn)], contract))
    manifest = snapshot.manifest.model_copy(update={"taken_at": TAKEN_AT, "emulated": {}})
    told = [replace(record, response=dated(record.response)) for record in records]
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    Snapshot(manifest, tuple(told)).write(PLACE / "snapshot")
    (PLACE / "contract.json").write_text(contract.model_copy(update={"emulated": False}).text())


def answered(record: Record, volume: str) -> Iterator[Record]:
    """A record; what the emulator could not answer as an account without such things answers."""
    if record.operation == "ListBackupSelections":
        yield from selections(record, volume)
    elif record.unreadable is None:
        yield record
    elif record.operation in ABSENT:
        yield replace(record, unreadable=None, absent=ABSENT[record.operation])
    else:
        yield replace(record, unreadable=None, response=ANSWERS.get(record.operation) or none_of(record))


def more(records: Sequence[Record], contract: BoundaryContract) -> Iterator[Record]:
    """The records, with Amazon's own image under every instance, and a cluster in the VPC that is as it should be."""
    kept = [one for one in records if one.operation != "ListClusters" and "Filters" not in one.params]
    yield from kept
    here = next(one for one in records if one.operation == "ListClusters")
    instances = search(
        "Reservations[].Instances[].ImageId", next(one for one in kept if one.operation == "DescribeInstances").response
    )
    images = [{"ImageId": image, **AMAZONS} for image in sorted(set(instances))]
    named = [{"Name": "image-id", "Values": [image["ImageId"] for image in images]}]
    asked = {"Filters": named, "IncludeDeprecated": True}
    yield replace(here, service="ec2", operation="DescribeImages", params=asked, response={"Images": images})
    for operation, params, response in cluster(contract):
        yield replace(here, operation=operation, params=params, response=response)


def cluster(contract: BoundaryContract) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """A private cluster that its deployer administers, with nodes in every zone: the calls and their answers."""
    network, name = contract.network, "kafka"
    if network is None:
        return
    place, deployer = f"{contract.region}:{contract.account}", contract.principals["deployer"].arn
    of = {"clusterName": name}
    group = {
        "nodegroupName": "brokers",
        "nodegroupArn": f"arn:aws:eks:{place}:nodegroup/{name}/brokers/1",
        "version": "1.33",
    }
    nodes = {"amiType": "AL2023_ARM_64_STANDARD", "capacityType": "ON_DEMAND", "subnets": list(network.subnets)}
    vpc = {"vpcId": network.vpc, "endpointPublicAccess": False, "endpointPrivateAccess": True, "publicAccessCidrs": []}
    kinds = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    logging = {"clusterLogging": [{"types": kinds, "enabled": True}]}
    by_entries = {"authenticationMode": "API"}
    secrets = [{"resources": ["secrets"], "provider": {"keyArn": contract.keys["ops-key"].arn}}]
    about = {"name": name, "version": "1.33", "resourcesVpcConfig": vpc, "logging": logging, "accessConfig": by_entries}
    about["encryptionConfig"] = secrets
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    scope = {"policyArn": policy, "accessScope": {"type": "cluster", "namespaces": []}}
    yield "ListClusters", {}, {"clusters": [name]}
    yield "DescribeCluster", {"name": name}, {"cluster": about}
    yield "ListAccessEntries", of, {"accessEntries": [deployer]}
    yield "ListAssociatedAccessPolicies", {**of, "principalArn": deployer}, {"associatedAccessPolicies": [scope]}
    yield "ListNodegroups", of, {"nodegroups": ["brokers"]}
    yield "DescribeNodegroup", {**of, "nodegroupName": "brokers"}, {"nodegroup": {**group, **nodes}}
    yield "ListPodIdentityAssociations", of, {"associations": []}


def data_volume(snapshot: Snapshot) -> str:
    """The id of the console's data volume."""
    volumes = [volume for record in snapshot.records for volume in (record.response or {}).get("Volumes", ())]
    names = {tag["Value"]: volume["VolumeId"] for volume in volumes for tag in volume.get("Tags", ())}
    return next(volume for name, volume in names.items() if name.endswith("-console-data"))


def selections(record: Record, volume: str) -> Iterator[Record]:
    """The plan's selection: the console's data volume."""
    params = {"BackupPlanId": record.params["BackupPlanId"], "SelectionId": "selection-1"}
    yield replace(record, unreadable=None, response={"BackupSelectionsList": [{**params, "SelectionName": "console"}]})
    response = {"BackupSelection": {"SelectionName": "console", "Resources": [volume]}}
    yield replace(record, operation="GetBackupSelection", params=params, unreadable=None, response=response)


def none_of(record: Record) -> dict[str, Any]:
    """The answer of a listing that finds nothing: every list of its shape, empty."""
    model = Session().get_service_model(record.service)
    shape = model.operation_model(record.operation).output_shape
    return {name: [] for name, member in shape.members.items() if member.type_name == "list"}


def dated(value: Any) -> Any:
    """An answer whose moments are the snapshot's: it is then the same whenever it is written."""
    text = json.dumps(value)
    return json.loads(re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", TAKEN_AT, text))


if __name__ == "__main__":
    main()
