from __future__ import annotations

from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import rows, ssm
from audit.services.facts import Facts

ACCOUNT, REGION = "111122223333", "eu-central-1"


def facts(*records: Record, region: str = REGION) -> Facts:
    entries = (AccountEntry(id=ACCOUNT),)
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=(REGION,))
    return Facts(Snapshot(manifest, records), ACCOUNT, region, rows())


def setting(name: str, value: str, region: str = REGION) -> Record:
    response = {"ServiceSetting": {"SettingId": name, "SettingValue": value, "Status": "Customized"}}
    return Record(ACCOUNT, region, "ssm", "GetServiceSetting", {"SettingId": name}, response)


def test_the_settings_of_each_region_stay_apart_on_the_account() -> None:
    here = setting(ssm.DOCUMENT_SHARING, "Enable")
    there = setting(ssm.DOCUMENT_SHARING, "Disable", "us-east-1")
    graph = BoundaryGraph()
    for region in (REGION, "us-east-1"):
        for element in ssm.describe(facts(here, there, region=region)):
            graph.add(element)

    account = graph.node(ACCOUNT)
    assert account.fact(f"ssm_document_sharing@{REGION}") == {"value": "Enable", "status": "Customized"}
    assert account.fact("ssm_document_sharing@us-east-1")["value"] == "Disable"
    assert account.records == (here.id, there.id)


def test_a_setting_that_was_denied_is_unknown() -> None:
    denied = Unreadable("AccessDeniedException", "ssm:GetServiceSetting")
    record = Record(ACCOUNT, REGION, "ssm", "GetServiceSetting", {"SettingId": ssm.HOST_MANAGEMENT}, unreadable=denied)

    node = next(iter(ssm.describe(facts(record))))

    assert isinstance(node, Node)
    assert node.fact(f"ssm_default_host_management@{REGION}") == Unknown(
        "ssm:GetServiceSetting", "AccessDeniedException", record.id
    )


def test_an_instance_of_ec2_that_is_managed_says_so() -> None:
    listed = [
        {"InstanceId": "i-1", "ResourceType": "EC2Instance", "AgentVersion": "3.3", "PingStatus": "Online"},
        {"InstanceId": "mi-1", "ResourceType": "ManagedInstance", "AgentVersion": "3.3", "PingStatus": "Online"},
    ]
    response = {"InstanceInformationList": listed}
    record = Record(ACCOUNT, REGION, "ssm", "DescribeInstanceInformation", {}, response)

    found = [e for e in ssm.describe(facts(record)) if isinstance(e, Node) and e.kind is NodeKind.INSTANCE]

    assert [node.id for node in found] == [f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1"]
    assert found[0].fact("ssm_managed") == {"agent": "3.3", "ping": "Online"}


def test_nothing_is_said_globally() -> None:
    assert list(ssm.describe(facts(region="global"))) == []
