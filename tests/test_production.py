"""The production stack holds what it promises, and each protection taken away gives exactly the findings that follow.

Settings are weakened in one rehearsal, judged by production's own promises; everything else is changed in recorded
answers.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.boundary import PRIVILEGES
from audit.model.errors import SettingsError
from audit.model.snapshot import Unreadable
from audit.model.verdict import Verdict
from audit.reach.path import Reach
from audit.services import rows
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from audit.model.contract import BoundaryContract
    from audit.model.snapshot import Record
    from audit.model.verdict import Claim
    from cli.judging import Judged

BALANCER = "console-load-balancer"
CERTIFICATE = "arn:aws:acm:us-east-1:444455556666:certificate/1234"
OLD_POLICY = "ELBSecurityPolicy-2016-08"


@pytest.fixture(scope="module")
def production(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("production")


@pytest.fixture(scope="module")
def before(production: Rehearsed) -> Judged:
    return production.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def group(contract: BoundaryContract, role: str) -> str:
    assert contract.network is not None
    return contract.network.security_groups[role]


def test_nothing_is_broken(before: Judged) -> None:
    assert broken(before) == set()
    assert before.verdict is not Verdict.BROKEN


def test_what_is_unknown_is_what_no_emulator_shows(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]
    unknown = {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN}
    assert unknown == {"emulator_cannot_show"}


def test_people_reach_the_console_through_the_load_balancer_alone(production: Rehearsed, before: Judged) -> None:
    contract, boundary = production.contract, before.boundary
    said = {
        (claim.reason, claim.text.partition(" (")[0])
        for answer in before.answers
        if answer.question == "traffic_paths"
        for claim in answer.claims
        if claim.verdict is Verdict.HOLDS
    }
    arriving = [
        path for path in boundary.arrivals(group(contract, "console-group"), "tcp") if path.verdict is Reach.REACHES
    ]
    direct = [path for path in arriving if not path.via]
    by_balancer = [path for path in arriving if path.via]

    assert ("declared_path", "10.64.0.0/16 reaches console") in said
    assert ("internal_load_balancer", "the load balancer automq-env-production is internal") in said
    assert {path.groups for path in direct} == {(group(contract, BALANCER),)}
    assert {path.ports for path in direct} == {((8080, 8080),)}
    assert all(source.startswith("10.64.") for path in by_balancer for source in path.sources)
    assert by_balancer


def attribute(answer: dict[str, Any], key: str) -> None:
    next(pair for pair in answer["Attributes"] if pair["Key"] == key)["Value"] = "false"


def retention(answer: dict[str, Any], **said: Any) -> None:
    answer.setdefault("ObjectLockConfiguration", {}).setdefault("Rule", {}).setdefault("DefaultRetention", {})
    answer["ObjectLockConfiguration"]["Rule"]["DefaultRetention"].update(said)


def one_nat(answer: dict[str, Any]) -> None:
    ways = [route for table in answer["RouteTables"] for route in table["Routes"] if route.get("NatGatewayId")]
    for route in ways:
        route["NatGatewayId"] = ways[0]["NatGatewayId"]


def no_way_out(answer: dict[str, Any]) -> None:
    table = next(t for t in answer["RouteTables"] if any(r.get("NatGatewayId") for r in t["Routes"]))
    table["Routes"] = [route for route in table["Routes"] if not route.get("NatGatewayId")]


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("the load balancer faces the internet", "DescribeLoadBalancers",
     lambda a: a["LoadBalancers"][0].update(Scheme="internet-facing"), {"P002", "E005"}),
    ("the load balancer is gone", "DescribeLoadBalancers", lambda a: a.update(LoadBalancers=[]), {"P003"}),
    ("people speak plain HTTP", "DescribeListeners",
     lambda a: a["Listeners"][0].update(Protocol="HTTP", Certificates=[]), {"P006", "E001"}),
    ("the certificate is gone", "DescribeListeners",
     lambda a: a["Listeners"][0].update(Certificates=[]), {"P006"}),
    ("old TLS is accepted", "DescribeListeners",
     lambda a: a["Listeners"][0].update(SslPolicy=OLD_POLICY), {"E002"}),
    ("nothing listens", "DescribeListeners", lambda a: a.update(Listeners=[]), {"P003"}),
    ("the listener leads elsewhere", "DescribeListeners",
     lambda a: a["Listeners"][0].update(DefaultActions=[{"Type": "fixed-response"}]), {"P003"}),
    ("another machine is the target", "DescribeTargetHealth",
     lambda a: a["TargetHealthDescriptions"][0]["Target"].update(Id="i-0000000000000000f"), {"P003"}),
    ("the load balancer's accesses are not logged", "DescribeLoadBalancerAttributes",
     lambda a: attribute(a, "access_logs.s3.enabled"), {"E003"}),
    ("the load balancer can be deleted", "DescribeLoadBalancerAttributes",
     lambda a: attribute(a, "deletion_protection.enabled"), {"E004"}),
    ("the audit bucket is not locked", "GetObjectLockConfiguration",
     lambda a: a["ObjectLockConfiguration"].pop("Rule", None), {"B013"}),
    ("the lock is too short", "GetObjectLockConfiguration", lambda a: retention(a, Days=364), {"B013"}),
    ("the lock can be lifted", "GetObjectLockConfiguration", lambda a: retention(a, Mode="GOVERNANCE"), {"B013"}),
    ("versions are not kept", "GetBucketVersioning", lambda a: a.update(Status="Suspended"), {"B008"}),
    ("backups are not locked", "ListBackupVaults",
     lambda a: a["BackupVaultList"][0].update(Locked=False), {"L007"}),
    ("backups are locked for less", "ListBackupVaults",
     lambda a: a["BackupVaultList"][0].update(MinRetentionDays=34), {"L007"}),
    ("backups are kept for less", "GetBackupPlan",
     lambda a: a["BackupPlan"]["Rules"][0]["Lifecycle"].update(DeleteAfterDays=34), {"L008"}),
    ("the console can be terminated", "DescribeInstanceAttribute",
     lambda a: a.get("DisableApiTermination", {}).update(Value=False), {"C007"}),
    ("all subnets leave through one zone", "DescribeRouteTables", one_nat, {"P010"}),
    ("a subnet has no way out", "DescribeRouteTables", no_way_out, {"P010"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "mend", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_protection_taken_away_gives_exactly_what_follows(
    production: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    audit = production.contract.buckets["audit-bucket"].name
    of = audit if operation in {"GetObjectLockConfiguration", "GetBucketVersioning"} else ""
    assert broken(production.judged(edit(operation, mend, of))) == policies


def trust(mend: Mend) -> Mend:
    """Changes the one statement that lets somebody take the auditor's role."""

    def change(answer: dict[str, Any]) -> None:
        role = next(role for role in answer["RoleDetailList"] if role["RoleName"].startswith("automq-auditor-"))
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        mend(statement)

    return change


@pytest.mark.parametrize(
    ("mend", "policies"),
    [
        (lambda s: s.update(Principal={"AWS": "*"}), {"A004"}),
        (lambda s: s.update(Principal={"AWS": "arn:aws:iam::777788889999:role/reviewers"}), set()),
        (lambda s: s["Principal"].update(AWS=["777788889999", "888899990000"]), {"A004"}),
        (lambda s: s.pop("Condition"), {"A006"}),
        (lambda s: s.update(Condition={"StringLike": {"sts:ExternalId": "*"}}), {"A006"}),
    ],
)
def test_another_way_into_the_auditors_role_is_found(production: Rehearsed, mend: Mend, policies: set[str]) -> None:
    assert broken(production.judged(edit("GetAccountAuthorizationDetails", trust(mend)))) == policies


def test_the_auditor_holds_nothing_on_what_holds_records_or_logs(production: Rehearsed, before: Judged) -> None:
    auditor = production.contract.principals["auditor"].arn
    assert before.boundary.graph.get(auditor) is not None
    assert list(before.boundary.graph.edges(*PRIVILEGES, source=auditor)) == []


def test_a_listener_before_a_group_without_the_console_leads_nowhere(production: Rehearsed) -> None:
    (health,) = [record for record in production.snapshot.records if record.operation == "DescribeTargetHealth"]
    other = health.params["TargetGroupArn"] + "0"
    elsewhere = dataclasses.replace(health, params={"TargetGroupArn": other}, response={"TargetHealthDescriptions": []})
    records = (*production.snapshot.records, elsewhere)
    more = dataclasses.replace(production, snapshot=dataclasses.replace(production.snapshot, records=records))

    def change(record: Record) -> Record:
        again = edit(
            "DescribeTargetGroups",
            lambda a: a["TargetGroups"].append(
                {**a["TargetGroups"][0], "TargetGroupArn": other, "TargetGroupName": "other"}
            ),
        )(record)
        return edit("DescribeListeners", lambda a: a["Listeners"][0]["DefaultActions"][0].update(TargetGroupArn=other))(
            again
        )

    assert broken(more.judged(change)) == {"P003"}


RULE: dict[str, Any] = {
    "IpProtocol": "tcp", "UserIdGroupPairs": [], "Ipv6Ranges": [], "PrefixListIds": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "port", "cidr", "policies"),
    [
        ("console-group", 8080, "10.64.0.0/16", {"P007"}),
        ("console-group", 22, "10.64.0.0/16", {"P007"}),
        (BALANCER, 80, "10.64.0.0/16", {"P007"}),
        (BALANCER, 443, "0.0.0.0/0", {"P002", "N002"}),
        ("broker-group", 9092, "10.64.0.0/16", {"P001"}),
    ],
)
def test_one_rule_more_is_found(production: Rehearsed, role: str, port: int, cidr: str, policies: set[str]) -> None:
    name = group(production.contract, role)
    rule = {**RULE, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}

    def admit(answer: dict[str, Any]) -> None:
        next(g for g in answer["SecurityGroups"] if g["GroupId"] == name)["IpPermissions"].append(rule)

    assert broken(production.judged(edit("DescribeSecurityGroups", admit))) == policies


WEAKER: dict[str, Any] = {
    "protect": False,
    "network": {"cidr": "10.64.0.0/16", "nat": "single"},
    "console_permissions": "contract",
    "retention": {"trail": 30, "flow_logs": 30, "log_groups": 30, "access_logs": 30, "backups": 7},
}
FOLLOWS = {
    "E004", "C007",  # protect
    "P010",  # one NAT gateway
    "B013", "L007",  # no locks
    "L008", "T003",  # shorter retentions
}  # fmt: skip


def promised(weak: BoundaryContract, promise: BoundaryContract) -> BoundaryContract:
    """The contract of what was built, by what production promises of it."""
    assert weak.network is not None
    assert weak.console is not None
    return weak.model_copy(
        update={
            "buckets": promise.buckets,
            "backups": promise.backups,
            "log_sinks": promise.log_sinks,
            "console": weak.console.model_copy(update={"deletion_protection": True}),
            "network": weak.network.model_copy(update={"egress_by_zone": True}),
        }
    )


@pytest.fixture(scope="module")
def weak(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    """Production with every protection weakened that a setting can weaken."""
    return rehearsed("production", **WEAKER)


def test_weaker_settings_break_what_production_promises(production: Rehearsed, weak: Rehearsed) -> None:
    assert broken(weak.judged()) == set()
    assert broken(weak.judged(contract=promised(weak.contract, production.contract))) == FOLLOWS


def test_a_lock_that_nobody_shall_lift_is_rehearsed_in_its_days_of_grace(rehearsed: Callable[..., Rehearsed]) -> None:
    days = {"trail": 365, "audit_lock_days": 365, "backups": 35, "backup_lock": "compliance"}
    locked = rehearsed("production", retention=days)
    settled = edit("ListBackupVaults", lambda a: a["BackupVaultList"][0].update(LockDate="2026-01-01T00:00:00Z"))
    found = {f.claim.reason: f for f in locked.judged().findings if f.policy == "L007"}

    assert {reason: finding.verdict for reason, finding in found.items()} == {"still_to_come": Verdict.UNKNOWN}
    assert broken(locked.judged()) == set()
    assert "L007" not in {f.policy for f in locked.judged(settled).findings}


def unbound(answer: dict[str, Any]) -> None:
    console = next(role for role in answer["RoleDetailList"] if role["RoleName"].startswith("automq-console-"))
    del console["PermissionsBoundary"]


def test_the_vendors_own_policy_is_harmless_under_the_boundary_and_not_without_it(
    production: Rehearsed, weak: Rehearsed
) -> None:
    change = edit("GetAccountAuthorizationDetails", unbound)
    told = {f.policy for f in weak.judged().findings if f.verdict is Verdict.HOLDS}
    without = {f.policy for f in weak.judged(change).findings if f.verdict is not Verdict.HOLDS} - {"C006", "C008"}

    assert told == {"V007"}
    # An organisation might still deny what the policy gives: no emulator shows one.
    assert without == {"R001", "V004", "V006", "A001"}
    # The tight policy gives nothing that the boundary would have to cut off.
    assert {f.policy for f in production.judged(change).findings} - {"C006", "C008"} == {"R001"}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"console": {"image": "automq.azurecr.io/automq/console:8"}}, "named by tag while protect is on"),
        ({"console": {"access": "load_balancer", "sources": ["10.0.0.0/8"]}}, "needs console.certificate_arn"),
        ({"console": {"access": "load_balancer", "sources": ["0.0.0.0/0"], "certificate_arn": CERTIFICATE}},
         "open to the whole internet"),
        ({"retention": {"trail": 365, "audit_lock_days": 366}}, "audit_lock_days is 366, the trail is kept 365 days"),
    ],
)  # fmt: skip
def test_what_production_may_not_be_is_refused_before_anything_is_made(overrides: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        rehearsed_settings(stack_file("production"), overrides)


READ = (
    "elbv2:DescribeLoadBalancers", "elbv2:DescribeListeners", "elbv2:DescribeLoadBalancerAttributes",
    "elbv2:DescribeTargetGroups", "elbv2:DescribeTargetHealth", "backup:ListBackupVaults", "backup:GetBackupPlan",
    "ec2:DescribeInstanceAttribute", "ec2:DescribeNatGateways", "ec2:DescribeRouteTables", "ec2:DescribeSubnets",
    "ec2:DescribeNetworkInterfaces", "s3:GetObjectLockConfiguration",
)  # fmt: skip


def judged_claims(judged: Judged, verdict: Verdict) -> dict[tuple[str, str, str], Claim]:
    claims = [(answer.question, claim) for answer in judged.answers for claim in answer.claims]
    claims += [(finding.policy, finding.claim) for finding in judged.findings]
    return {(name, c.subject, c.text): c for name, c in claims if c.verdict is verdict}


@pytest.mark.parametrize("name", READ)
def test_what_could_not_be_read_is_unknown_and_never_guessed(name: str, production: Rehearsed, before: Judged) -> None:
    permission = rows()[name].permission

    def deny(record: Record) -> Record:
        if f"{record.service}:{record.operation}" != name:
            return record
        return dataclasses.replace(
            record, response=None, absent=None, unreadable=Unreadable("AccessDenied", permission)
        )

    after = production.judged(deny)
    new = judged_claims(after, Verdict.UNKNOWN).keys() - judged_claims(before, Verdict.UNKNOWN).keys()

    assert broken(after) == set()
    assert judged_claims(after, Verdict.HOLDS).keys() <= judged_claims(before, Verdict.HOLDS).keys()
    assert new
    for key in new:
        assert permission in judged_claims(after, Verdict.UNKNOWN)[key].missing, key
