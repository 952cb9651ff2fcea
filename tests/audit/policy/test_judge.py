"""Each policy of the pack: sound holds, one changed fact breaks exactly what follows, an unread one is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.verdict import NOT_SHOWN, Answer, Claim, Result, Verdict
from audit.policy import judge, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.boundary import Boundary

RECORD = "f" * 64
CONSOLE = "arn:aws:iam::111111111111:role/console"
OPEN = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
FULL = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
REQUIRED = {"MetadataOptions": {"HttpTokens": "required"}}
ABORTS = {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
EXPIRES = [
    {"Status": "Enabled", "Expiration": {"Days": 30}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
]
ARCHIVES = [
    {"Status": "Enabled", "Transitions": [{"Days": 1}], "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
]
ONE_OPEN = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": False,
}

LOGGED = {
    "access_logs.s3.enabled": "true",
    "access_logs.s3.bucket": "access-logs",
    "deletion_protection.enabled": "true",
}

CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("s3:::data", {"encryption": {"algorithm": "AES256", "key": None, "bucket_key": False}}, "B001"),
    ("s3:::data", {"encryption": {"algorithm": "aws:kms", "key": "arn:aws:kms:us-east-1:999999999999:key/x", "bucket_key": True}}, "B001"),
    ("s3:::data", {"encryption": None}, "B001"),
    ("s3:::data", {"encryption": {"algorithm": "aws:kms", "key": "arn:aws:kms:us-east-1:111111111111:key/k1", "bucket_key": False}}, "B002"),
    ("s3:::access-logs", {"encryption": {"algorithm": "aws:kms", "key": "x", "bucket_key": False}}, "B003"),
    ("s3:::access-logs", {"object_lock_days": 30}, "B003"),
    ("s3:::data", {"public_access_block": None}, "B004"),
    ("s3:::data", {"public_access_block": ONE_OPEN}, "B004"),
    ("s3:::data", {"policy_status_public": True}, "B005"),
    ("s3:::data", {"ownership": "ObjectWriter"}, "B006"),
    ("s3:::data", {"policy": None}, "B007"),
    ("s3:::data", {"policy": {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}}, "B007"),
    ("s3:::audit", {"versioning": "Suspended"}, "B008"),
    ("s3:::data", {"lifecycle": None}, "B009"),
    ("s3:::data", {"lifecycle": [{**ABORTS, "Filter": {"Prefix": "tmp/"}}]}, "B009"),
    ("s3:::data", {"lifecycle": EXPIRES}, "B010"),
    ("s3:::data", {"lifecycle": ARCHIVES}, "B010"),
    ("s3:::data", {"logging": {"bucket": "elsewhere", "prefix": ""}}, "B011"),
    ("s3:::data", {"website": {"IndexDocument": {"Suffix": "i"}}}, "B012"),
    ("s3:::audit", {"object_lock_days": None}, "B013"),
    ("s3:::audit", {"object_lock_days": 29}, "B013"),
    ("s3:::audit", {"object_lock": {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}}, "B013"),
    ("key/k1", {"rotation": False}, "K001"),
    ("key/k1", {"state": "PendingDeletion", "deletion_date": "2026-12-01T00:00:00Z"}, "K002"),
    ("key/k1", {"origin": "EXTERNAL"}, "K003"),
    ("i-1", {"metadata_options": {"HttpTokens": "optional"}}, "C001"),
    ("lt-1", {"versions": {"$Default": REQUIRED, "$Latest": {}}}, "C002"),
    ("eni-1", {"public_addresses": ["203.0.113.9"]}, "C003"),
    ("vol-1", {"encrypted": False, "key": None}, "C004"),
    ("i-1", {"user_data_secret": {"$secret": "hmac-sha256:0", "looks_like": ["private_key"]}}, "C005"),
    ("backup-plan:p1", {"selections": []}, "C006"),
    ("role/console", {"boundary": None}, "R001"),
    ("role/console", {"boundary": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess", "document": {}}}, "R001"),
    ("i-1", {"termination_protection": False}, "C007"),
    ("app/door/1", {"listeners": [{"Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "forward"}]}]}, "E001"),
    ("app/door/1", {"plain_rules": [{"Port": 80, "Priority": "1", "Actions": [{"Type": "forward"}]}]}, "E001"),
    ("app/door/1", {"listeners": [{"Port": 443, "Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-2016-08"}]}, "E002"),
    ("app/door/1", {"listeners": [{"Port": 443, "Protocol": "HTTPS"}]}, "E002"),
    ("app/door/1", {"attributes": {**LOGGED, "access_logs.s3.enabled": "false"}}, "E003"),
    ("app/door/1", {"attributes": {**LOGGED, "access_logs.s3.bucket": "elsewhere"}}, "E003"),
    ("app/door/1", {"attributes": {**LOGGED, "deletion_protection.enabled": "false"}}, "E004"),
    ("backup-vault:v1", {"lock": None}, "L007"),
    ("backup-vault:v1", {"lock": {"since": None, "min_days": 7, "max_days": None}}, "L007"),
    ("backup-vault:v1", {"lock": {"since": "2026-01-01T00:00:00Z", "min_days": 6, "max_days": None}}, "L007"),
    ("backup-plan:p1", {"rules": [{"TargetBackupVaultName": "v1", "Lifecycle": {"DeleteAfterDays": 6}}]}, "L008"),
    ("sg-0", {"egress": [{"IpProtocol": "-1"}]}, "N001"),
    ("sg-e", {"ingress_from_everyone": [OPEN]}, "N002"),
    ("fl-1", {"traffic": "REJECT"}, "N003"),
    ("fl-1", {"resource": "vpc-2"}, "N003"),
    ("fl-1", {"delivery": "FAILED"}, "N003"),
    ("query-log-config/q", {"vpcs": []}, "N004"),
    ("query-log-config/q", {"status": "FAILED"}, "N004"),
    ("vpce-1", {"policy": FULL}, "N005"),
    ("vpce-1", {"service": "com.amazonaws.us-east-1.kms", "type": "Interface", "private_dns": False}, "N006"),
    ("trail/t", {"validation": False}, "L001"),
    ("trail/t", {"logging": False}, "L001"),
    ("trail/t", {"delivery_error": "AccessDenied"}, "L001"),
    ("trail/t", {"key": None}, "L002"),
    ("/a/dns", {"key": None}, "L003"),
    ("/a/dns", {"retention_days": None}, "L004"),
    (":alarms", {"key": None}, "L005"),
    ("alarm:root-use", {"actions_enabled": False}, "L006"),
    ("alarm:root-use", {"actions": []}, "L006"),
    ("i-1", {"image_owner_alias": None, "image_owner": "222222222222"}, "C008"),
    ("i-1", {"key_pair": "automq"}, "C009"),
    ("app/door/1", {"scheme": "internet-facing"}, "E005"),
    ("sg-b", {"ingress_from_everyone": [{**OPEN, "FromPort": 20, "ToPort": 25}]}, "N007"),
    ("sg-b", {"ingress_from_everyone": [{**OPEN, "FromPort": 9103, "ToPort": 9112}]}, "N007"),
    ("sg-b", {"ingress_from_everyone": [{"IpProtocol": "-1"}]}, "N007"),
    ("sg-b", {"ingress_from_others": [{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}]}, "N008"),
    ("sg-b", {"ingress_from_others": [{"IpProtocol": "-1"}]}, "N008"),
    ("cluster/c", {"public_endpoint": True, "public_sources": ["0.0.0.0/0"], "public_to_everyone": True}, "EKS001"),
    ("cluster/c", {"public_endpoint": True, "public_sources": []}, "EKS001"),
    ("cluster/c", {"access": [{"principal": CONSOLE, "policy": "AmazonEKSClusterAdminPolicy", "scope": "cluster"}]}, "EKS002"),
    ("cluster/c", {"encryption": [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:us-east-1:999999999999:key/x"}}]}, "EKS006"),
    ("cluster/c", {"encryption": []}, "EKS006"),
    ("cluster/c", {"logging": [{"types": ["api", "audit"], "enabled": True}]}, "EKS007"),
    ("nodegroup/c/p/1", {"ami_type": "AL2_ARM_64"}, "EKS003"),
    ("nodegroup/c/p/1", {"capacity_type": "SPOT"}, "EKS004"),
    ("nodegroup/c/p/1", {"pool_zones": ["a"]}, "EKS005"),
]  # fmt: skip


def found(boundary: Boundary, *answers: Answer) -> set[tuple[str, str]]:
    return {(finding.policy, finding.verdict.value) for finding in judge(load(), boundary, answers).findings}


def test_a_sound_environment_has_no_findings(make: Callable[..., Boundary], elements: list[Node]) -> None:
    assert found(make(elements)) == set()


@pytest.mark.parametrize(("end", "properties", "policy"), CHANGES, ids=[f"{c[2]}-{n}" for n, c in enumerate(CHANGES)])
def test_one_changed_fact_breaks_one_policy(
    changed: Callable[..., Boundary], end: str, properties: dict[str, Any], policy: str
) -> None:
    assert found(changed(end, **properties)) == {(policy, "broken")}


@pytest.mark.parametrize(
    ("since", "verdict"),
    [
        ("2026-11-22T23:59:59.999000Z", "holds"),
        ("2026-11-23T00:00:00Z", "holds"),
        ("2026-11-23T00:00:00.087000Z", "unknown"),
        ("2026-11-26T00:00:00Z", "unknown"),
        (None, "broken"),
        ("one day", "unknown"),
    ],
)
def test_a_lock_that_nobody_can_lift_holds_from_its_date_on(
    changed: Callable[..., Boundary], since: str | None, verdict: str
) -> None:
    boundary = changed("backup-vault:v1", lock={"since": since, "min_days": 7, "max_days": None})
    assert judge([p for p in load() if p.id == "L007"], boundary, ()).results["L007"] == verdict


def test_a_lock_in_its_days_of_grace_is_told_with_its_date(changed: Callable[..., Boundary]) -> None:
    boundary = changed("backup-vault:v1", lock={"since": "2026-11-26T00:00:00Z", "min_days": 7, "max_days": None})
    (finding,) = judge(load(), boundary, ()).findings
    assert (finding.policy, finding.verdict, finding.claim.reason) == ("L007", "unknown", "still_to_come")
    assert "2026-11-26T00:00:00Z" in finding.claim.text
    assert finding.claim.missing == ()


def test_every_policy_on_the_graph_is_tried_above() -> None:
    # The graph above has no secret, no file system and no subnet: test_fswal.py and test_existing_vpc.py try theirs.
    tried = {policy for _, _, policy in CHANGES} | {"F001", "F002", "F003", "F004", "K004", "N009"}
    assert {policy.id for policy in load() if policy.applies_to is not None} == tried


@pytest.mark.parametrize(("end", "properties", "policy"), CHANGES, ids=[f"{c[2]}-{n}" for n, c in enumerate(CHANGES)])
def test_the_same_fact_unread_is_never_taken_for_sound(
    changed: Callable[..., Boundary], end: str, properties: dict[str, Any], policy: str
) -> None:
    unread = Unknown("svc:Read", "AccessDenied", RECORD)
    boundary = changed(end, **dict.fromkeys(properties, unread))
    mine = [f for f in judge(load(), boundary, ()).findings if f.policy == policy]
    assert {finding.verdict for finding in mine} == {Verdict.UNKNOWN}
    assert {finding.claim.missing for finding in mine} == {("svc:Read",)}


def test_what_an_emulator_cannot_show_says_so(changed: Callable[..., Boundary]) -> None:
    boundary = changed("backup-plan:p1", selections=Unknown("backup:ListBackupSelections", NOT_SHOWN, RECORD))
    (finding,) = judge(load(), boundary, ()).findings
    assert (finding.policy, finding.verdict, finding.claim.reason) == ("C006", "unknown", "emulator_cannot_show")


def test_a_property_that_was_never_described_is_unknown(make: Callable[..., Boundary], elements: list[Node]) -> None:
    bare = [e for e in elements if not (isinstance(e, Node) and e.kind is NodeKind.ALARM)]
    alarm = Node(
        "arn:aws:cloudwatch:us-east-1:111111111111:alarm:root-use",
        NodeKind.ALARM,
        "root-use",
        "111111111111",
        "us-east-1",
    )
    assert found(make([*bare, alarm])) == {("L006", "unknown")}


def test_a_secret_under_the_default_key_is_found(make: Callable[..., Boundary], elements: list[Node]) -> None:
    tags = {"automqEnvironmentID": "poc"}
    secret = Node("arn:aws:secretsmanager:us-east-1:111111111111:secret:s", NodeKind.SECRET, "s", "111111111111", "us-east-1",
                  {"key": None, "tags": tags})  # fmt: skip
    assert found(make([*elements, secret])) == {("K004", "broken")}


def test_nodes_of_others_are_nobodys_business(make: Callable[..., Boundary], elements: list[Node]) -> None:
    theirs = Node("arn:aws:ec2:us-east-1:111111111111:instance/i-9", NodeKind.INSTANCE, "i-9", "111111111111", "us-east-1",
                  {"vpc": "vpc-9", "tags": {}, "metadata_options": {"HttpTokens": "optional"}, "user_data_secret": None})  # fmt: skip
    assert found(make([*elements, theirs])) == set()


def test_a_node_with_unread_tags_may_be_ours(make: Callable[..., Boundary], elements: list[Node]) -> None:
    unread = Unknown("secretsmanager:ListSecrets", "AccessDenied", RECORD)
    secret = Node("arn:aws:secretsmanager:us-east-1:111111111111:secret:s", NodeKind.SECRET, "s", "111111111111", "us-east-1",
                  {"key": None, "tags": unread})  # fmt: skip
    assert found(make([*elements, secret])) == {("K004", "unknown")}


def test_an_untagged_volume_of_our_instance_is_ours(make: Callable[..., Boundary], elements: list[Node]) -> None:
    arn = "arn:aws:ec2:us-east-1:111111111111:volume/vol-2"
    facts = {"encrypted": False, "key": None, "tags": {}, "attachments": ["i-1"], "device": "/dev/xvda"}
    volume = Node(arn, NodeKind.VOLUME, "vol-2", "111111111111", "us-east-1", facts)
    attached = Edge(arn, "arn:aws:ec2:us-east-1:111111111111:instance/i-1", EdgeKind.ATTACHED_TO)
    assert found(make([*elements, volume, attached])) == {("C004", "broken")}


def test_what_the_console_keeps_beside_the_disk_that_it_starts_from_is_to_be_backed_up_whatever_its_name(
    changed: Callable[..., Boundary],
) -> None:
    facts = {"tags": {"automqEnvironmentID": "poc"}, "attachments": ["i-1"], "device": "/dev/sdh"}
    boundary = changed("vol-1", **facts)
    assert found(boundary) == set()
    assert judge([p for p in load() if p.id == "C006"], boundary, ()).results["C006"] is Result.HOLDS


def test_a_recovery_point_counts_as_backup(
    make: Callable[..., Boundary], elements: list[Node], backed_up: Edge
) -> None:
    kept = [e for e in elements if not (isinstance(e, Node) and e.kind is NodeKind.BACKUP_PLAN)]
    assert found(make(kept)) == {("C006", "broken")}
    assert found(make([*kept, backed_up])) == set()


def test_a_missing_node_is_broken_and_an_unread_listing_unknown(
    make: Callable[..., Boundary], elements: list[Node]
) -> None:
    kept = [e for e in elements if not (isinstance(e, Node) and e.kind is NodeKind.KEY)]
    assert found(make(kept)) == {("K002", "broken")}
    gap = Gap((NodeKind.KEY,), "111111111111", "us-east-1", "kms:ListKeys", Unknown("kms:ListKeys", "AccessDenied", ""))
    findings = judge(load(), make([*kept, gap]), ()).findings
    assert {finding.policy for finding in findings} == {"K001", "K002", "K003"}
    assert {(finding.verdict, finding.claim.missing) for finding in findings} == {("unknown", ("kms:ListKeys",))}


def test_an_unread_listing_may_hide_the_flow_log(make: Callable[..., Boundary], elements: list[Node]) -> None:
    kept = [e for e in elements if not (isinstance(e, Node) and e.kind is NodeKind.FLOW_LOG)]
    unknown = Unknown("ec2:DescribeFlowLogs", "AccessDenied", "")
    gap = Gap((NodeKind.FLOW_LOG,), "111111111111", "us-east-1", "ec2:DescribeFlowLogs", unknown)
    assert found(make(kept)) == {("N003", "broken")}
    assert found(make([*kept, gap])) == {("N003", "unknown")}


def test_an_inferred_line_of_the_contract_judges_nothing(
    make: Callable[..., Boundary], changed: Callable[..., Boundary]
) -> None:
    boundary = changed("s3:::data", ownership="ObjectWriter")
    buckets = boundary.contract.buckets
    drafted = {**buckets, "data-bucket": buckets["data-bucket"].model_copy(update={"reviewed": False})}
    other = make(list(boundary.graph.nodes()), buckets=drafted)
    mine = [f.claim for f in judge(load(), other, ()).findings if f.policy == "B006"]
    assert [(claim.verdict, claim.reason) for claim in mine] == [(Verdict.UNKNOWN, "not_reviewed")]


def test_a_finding_shows_what_was_seen_and_where(changed: Callable[..., Boundary]) -> None:
    (finding,) = judge(load(), changed("s3:::data", ownership="ObjectWriter"), ()).findings
    assert finding.claim.text == "data-bucket (data) does not enforce the owner's ownership: ownership is ObjectWriter"
    assert finding.claim.evidence == (RECORD,)
    assert [(hop.node, hop.because[0].record) for hop in finding.claim.path] == [("arn:aws:s3:::data", RECORD)]


def test_broken_claims_become_findings_by_their_reason(make: Callable[..., Boundary], elements: list[Node]) -> None:
    broken = Claim(Verdict.BROKEN, "missing_owner", "quota", "nobody owns quota")
    unknown = Claim(Verdict.UNKNOWN, "undeclared_access", "role", "may read", missing=("iam:GetRole",))
    held = Claim(Verdict.HOLDS, "missing_owner", "x", "x")
    answers = (Answer("owners", "?", (broken, held)), Answer("data_plane_access", "?", (unknown,)))
    assert [(f.policy, f.claim) for f in judge(load(), make(elements), answers).findings] == [
        ("D001", broken),
        ("A001", unknown),
    ]


def test_the_severe_come_first(make: Callable[..., Boundary], changed: Callable[..., Boundary]) -> None:
    boundary = changed("s3:::data", website={}, policy_status_public=True, lifecycle=None)
    assert [f.policy for f in judge(load(), boundary, ()).findings] == ["B005", "B012", "B009"]
