"""Instances and launch templates: what runs, with which role, and what Auto Scaling will run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.ec2_vpc import subnet_arn
from audit.services.facts import tags
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_INSTANCES, _ATTRIBUTE = "ec2:DescribeInstances", "ec2:DescribeInstanceAttribute"
_IMAGES = "ec2:DescribeImages"
_TEMPLATES, _VERSIONS = "ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"

ROWS = (
    _ec2("DescribeInstances", _INSTANCES, "which instances run, with which role and metadata options"),
    _ec2(
        "DescribeInstanceAttribute",
        _ATTRIBUTE,
        "whether the environment's instances carry secrets in user data, and whether they may be terminated",
        parent=_INSTANCES,
        each=(
            # Auto Scaling replaces its instances at will: asking whether they are protected would be calls for nothing.
            "Reservations[].Instances[] | [?State.Name!='terminated' && Tags[?Key=='automqVendor']]"
            ".[{InstanceId: InstanceId, Attribute: 'userData'}, {InstanceId: InstanceId, Attribute: "
            "Tags[?Key=='aws:autoscaling:groupName'] && `null` || 'disableApiTermination'}][]"
        ),
    ),
    _ec2("DescribeLaunchTemplates", _TEMPLATES, "which templates instances are made from"),
    _ec2(
        "DescribeLaunchTemplateVersions",
        _VERSIONS,
        "what the next instance of a template will be",
        params={"Versions": ["$Default", "$Latest"]},
        parent=_TEMPLATES,
        each="LaunchTemplates[].{LaunchTemplateId: LaunchTemplateId}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Instances that are not terminated, and launch templates with their default and latest version."""
    kinds = (NodeKind.INSTANCE,)
    yield from facts.described(_INSTANCES, "Reservations[].Instances[]", kinds, _instance)
    yield from facts.described(_TEMPLATES, "LaunchTemplates", (NodeKind.LAUNCH_TEMPLATE,), _template)


def _instance(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, state = item["InstanceId"], (item.get("State") or {}).get("Name")
    if state == "terminated":
        return
    labels = tags(item)
    properties = {
        "vpc": item.get("VpcId"),
        "subnet": item.get("SubnetId"),
        "interfaces": [one["NetworkInterfaceId"] for one in item.get("NetworkInterfaces") or ()],
        "profile": (item.get("IamInstanceProfile") or {}).get("Arn"),
        "metadata_options": item.get("MetadataOptions"),
        "image": item.get("ImageId"),
        **_image(facts, item.get("ImageId")),
        "user_data_secret": _attribute(facts, name, "userData", "UserData.Value"),
        "termination_protection": _protection(facts, name, labels),
        "key_pair": item.get("KeyName"),
        "tags": labels,
        "state": state,
        "auto_scaling_group": labels.get("aws:autoscaling:groupName"),
    }
    node_id = facts.arn("ec2", f"instance/{name}")
    yield Node(node_id, NodeKind.INSTANCE, name, facts.account, facts.region, properties, (record,))
    if item.get("SubnetId"):
        yield Edge(subnet_arn(facts, item["SubnetId"]), node_id, EdgeKind.CONTAINS, records=(record,))


_OF_IMAGES = {
    "image_owner": "OwnerId",
    "image_owner_alias": "ImageOwnerAlias",
    "image_name": "Name",
    "image_public": "Public",
}


def _image(facts: Facts, image: str | None) -> dict[str, Any]:
    """Who made an instance's image, and as what: Unknown for one that is gone, or was never shared with the account."""
    known: dict[str, Any] | None = facts.memo.get("images")
    if known is None:
        listed = [found[0] for found in facts.listing(_IMAGES, "Images") if not isinstance(found, Gap)]
        known = facts.memo["images"] = {item["ImageId"]: item for item in listed}
    if image in known:
        return {name: known[image].get(key) for name, key in _OF_IMAGES.items()}
    return dict.fromkeys(_OF_IMAGES, _unseen(facts))


def _unseen(facts: Facts) -> Unknown:
    last = ""
    for record in facts.records(_IMAGES):
        unknown, last = facts.unknown(_IMAGES, record), record.id
        if unknown is not None:
            return unknown
    # The code with which AWS answers who asks for it by its id.
    return Unknown("", "InvalidAMIID.Unavailable", last) if last else Unknown(_IMAGES, NOT_COLLECTED, "")


def _protection(facts: Facts, instance: str, labels: dict[str, Any]) -> Any:
    if "aws:autoscaling:groupName" in labels:
        return None
    return _attribute(facts, instance, "disableApiTermination", "DisableApiTermination.Value")


def _attribute(facts: Facts, instance: str, attribute: str, path: str) -> Any:
    return facts.value(_ATTRIBUTE, path, {"InstanceId": instance, "Attribute": attribute})


def _template(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["LaunchTemplateId"]
    found = facts.value(_VERSIONS, "LaunchTemplateVersions", {"LaunchTemplateId": name})
    properties = {
        "template_name": item.get("LaunchTemplateName"),
        "versions": found if isinstance(found, Unknown) else _versions(item, found or []),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"launch-template/{name}")
    yield Node(node_id, NodeKind.LAUNCH_TEMPLATE, name, facts.account, facts.region, properties, (record,))


def _versions(item: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    by_number = {version.get("VersionNumber"): version.get("LaunchTemplateData") for version in found}
    default = next((v.get("VersionNumber") for v in found if v.get("DefaultVersion")), item.get("DefaultVersionNumber"))
    latest = max((n for n in by_number if n is not None), default=None)
    return {"$Default": by_number.get(default), "$Latest": by_number.get(latest)}
