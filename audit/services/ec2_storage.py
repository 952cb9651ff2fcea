"""Volumes, and the snapshots and images that the account owns: copies of disks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.facts import tags
from audit.services.row import Row
from audit.services.runs_as import batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_VOLUMES, _SNAPSHOTS, _IMAGES = "ec2:DescribeVolumes", "ec2:DescribeSnapshots", "ec2:DescribeImages"

_USED = "distinct(Reservations[].Instances[] | [?State.Name!='terminated'].ImageId)"
_FILTERED, _MOST = 200, 1000
"""So many values a filter takes, and so many images are asked for."""


def _run(images: str) -> str:
    # By filter: an id that is gone would make the call fail. Old images stay out of sight unless asked for.
    return f"{images} && {{Filters: filter('image-id', {images}), IncludeDeprecated: `true`}}"


ROWS = (
    _ec2("DescribeVolumes", _VOLUMES, "which disks are encrypted, with which key"),
    _ec2("DescribeSnapshots", _SNAPSHOTS, "which copies of disks the account owns", params={"OwnerIds": ["self"]}),
    _ec2(
        "DescribeImages",
        _IMAGES,
        "which images the account owns, whether they are public, and who made those that instances run",
        parent="ec2:DescribeInstances",
        each=f'[{{Owners: `["self"]`}}, {", ".join(map(_run, batches(_USED, _FILTERED, _MOST)))}]',
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Volumes with their instance and key, snapshots and images."""
    yield from facts.described(_VOLUMES, "Volumes", (NodeKind.VOLUME,), _volume)
    yield from facts.described(_SNAPSHOTS, "Snapshots", (NodeKind.SNAPSHOT,), _snapshot)
    yield from facts.described(_IMAGES, "Images", (NodeKind.IMAGE,), _image)


def _encrypted(item: dict[str, Any], node_id: str, record: str) -> Iterator[Element]:
    if item.get("KmsKeyId"):
        yield Edge(node_id, item["KmsKeyId"], EdgeKind.ENCRYPTED_WITH, records=(record,))


def _volume(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, attachments = item["VolumeId"], item.get("Attachments") or []
    instances = [a["InstanceId"] for a in attachments if a.get("InstanceId")]
    properties = {
        "encrypted": item.get("Encrypted", False),
        "key": item.get("KmsKeyId"),
        "attachments": instances,
        "device": next((a["Device"] for a in attachments if a.get("Device")), None),
        "snapshot": item.get("SnapshotId") or None,
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"volume/{name}")
    yield Node(node_id, NodeKind.VOLUME, name, facts.account, facts.region, properties, (record,))
    yield from _encrypted(item, node_id, record)
    for instance in instances:
        yield Edge(node_id, facts.arn("ec2", f"instance/{instance}"), EdgeKind.ATTACHED_TO, records=(record,))


def _snapshot(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["SnapshotId"]
    properties = {
        "encrypted": item.get("Encrypted", False),
        "key": item.get("KmsKeyId"),
        "volume": item.get("VolumeId"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"snapshot/{name}")
    yield Node(node_id, NodeKind.SNAPSHOT, name, facts.account, facts.region, properties, (record,))
    yield from _encrypted(item, node_id, record)


def _image(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["ImageId"]
    if item.get("OwnerId", facts.account) != facts.account:
        return
    properties = {
        "image_name": item.get("Name"),
        "public": item.get("Public", False),
        "snapshots": [
            mapping["Ebs"]["SnapshotId"]
            for mapping in item.get("BlockDeviceMappings") or ()
            if (mapping.get("Ebs") or {}).get("SnapshotId")
        ],
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"image/{name}")
    yield Node(node_id, NodeKind.IMAGE, name, facts.account, facts.region, properties, (record,))
