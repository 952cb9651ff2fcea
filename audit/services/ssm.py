"""AWS Systems Manager: account settings that open instances or documents, and the instances that it manages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.ec2_interfaces import IF_ANY
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"
DOCUMENT_SHARING = "/ssm/documents/console/public-sharing-permission"
_SETTINGS = {"ssm_default_host_management": HOST_MANAGEMENT, "ssm_document_sharing": DOCUMENT_SHARING}

ROWS = (
    Row(
        "ssm",
        "GetServiceSetting",
        "ssm:GetServiceSetting",
        "Shows whether every instance is managed without a profile of its own, and whether documents may be public.",
        parent="sts:GetCallerIdentity",
        each=f"[{{SettingId: '{HOST_MANAGEMENT}'}}, {{SettingId: '{DOCUMENT_SHARING}'}}]",
        absent=frozenset({"ServiceSettingNotFound"}),
    ),
    Row(
        "ssm",
        "DescribeInstanceInformation",
        "ssm:DescribeInstanceInformation",
        "Lists the instances that whoever may start a session can take over.",
        **IF_ANY,
    ),
)


def describe(facts: Facts) -> Iterator[Node | Gap]:
    """Per region: the settings on the account, ``ssm_managed`` on each managed instance of EC2.

    The settings differ by region, so their property names end in ``@region``: ``ssm_document_sharing@eu-central-1``
    is {"value", "status"} (status Default or Customized), None, or Unknown.
    """
    if facts.region == GLOBAL:
        return
    settings = {
        f"{name}@{facts.region}": facts.value(
            "ssm:GetServiceSetting", "ServiceSetting.{value: SettingValue, status: Status}", {"SettingId": setting}
        )
        for name, setting in _SETTINGS.items()
    }
    records = tuple(record.id for record in facts.records("ssm:GetServiceSetting"))
    yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, GLOBAL, settings, records)
    yield from _instances(facts)


def _instances(facts: Facts) -> Iterator[Node | Gap]:
    listing = (
        "InstanceInformationList[?ResourceType=='EC2Instance'].{id: InstanceId, agent: AgentVersion, ping: PingStatus}"
    )
    for found in facts.listing("ssm:DescribeInstanceInformation", listing):
        if isinstance(found, Gap):
            # The instances themselves are listed by EC2; only their management is unseen.
            continue
        item, record = found
        managed = {"ssm_managed": {"agent": item["agent"], "ping": item["ping"]}}
        arn = facts.arn("ec2", f"instance/{item['id']}")
        yield Node(arn, NodeKind.INSTANCE, item["id"], facts.account, facts.region, managed, (record,))
