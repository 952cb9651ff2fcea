"""One thing weakened in the account gives exactly the findings that follow from it, each with its path.

The poc's recorded answers are changed, completed as a real account would answer: with what no emulator shows, all that
is undeclared would be unknown and nothing broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import DETAILS, edit, every, role, statements, without

from audit.model.verdict import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Change
    from conftest import Rehearsed

    from audit.model.verdict import Finding
    from cli.judging import Judged

VENDOR = "arn:aws:iam::381492316447"
ELSEWHERE = "999988887777"
NOT_FOLLOWED = {"C006"}
"""The one answer that is not completed is what a backup plan selects; no weakness here touches it."""


@pytest.fixture(scope="module")
def before(live: Rehearsed) -> set[tuple[str, str, str]]:
    return {_key(finding) for finding in live.judged().findings}


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.policy, finding.claim.subject, finding.claim.text


def _new(judged: Judged, before: set[tuple[str, str, str]]) -> list[Finding]:
    """The findings that were not there before, each with a path whose statements or records are in the snapshot."""
    found = [f for f in judged.findings if _key(f) not in before and f.policy not in NOT_FOLLOWED]
    known = {record.id for record in judged.snapshot.records}
    for finding in found:
        assert finding.claim.path, finding.claim.text
        assert {citation.record for hop in finding.claim.path for citation in hop.because} <= known, finding.claim.text
    return found


def _counted(findings: list[Finding]) -> dict[str, int]:
    return {policy: sum(f.policy == policy for f in findings) for policy in sorted({f.policy for f in findings})}


def allow(action: str | list[str], resource: str, principal: str | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return said if principal is None else {**said, "Principal": {"AWS": principal}}


def principal(kind: str, name: str, statement: dict[str, Any], account: str) -> Change:
    """A role or user more, with one inline statement."""
    document = {"Version": "2012-10-17", "Statement": [statement]}
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    said = {
        "Path": "/",
        f"{kind}Name": name,
        f"{kind}Id": f"A{name.upper()}",
        "Arn": f"arn:aws:iam::{account}:{kind.lower()}/{name}",
        f"{kind}PolicyList": [{"PolicyName": "own", "PolicyDocument": document}],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **({"GroupList": []} if kind == "User" else {"InstanceProfileList": []}),
        **({} if kind == "User" else {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}),
    }
    return edit(DETAILS, lambda answer: answer[f"{kind}DetailList"].append(said))


def group(group_id: str, rule: dict[str, Any]) -> Change:
    """A rule more in a security group."""
    return edit(
        "DescribeSecurityGroups",
        lambda answer: next(g for g in answer["SecurityGroups"] if g["GroupId"] == group_id)["IpPermissions"].append(
            rule
        ),
    )


def admits(port: int, cidr: str) -> dict[str, Any]:
    empty: dict[str, list[Any]] = {"UserIdGroupPairs": [], "Ipv6Ranges": [], "PrefixListIds": []}
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}], **empty}


def private_tables(live: Rehearsed, mend: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Changes the routes of the tables that brokers use."""
    endpoint = (live.contract.network and live.contract.network.endpoints["s3"]) or ""

    def change(answer: dict[str, Any]) -> None:
        for table in answer["RouteTables"]:
            if any(route.get("NatGatewayId") for route in table["Routes"]):
                assert endpoint in {route.get("GatewayId") for route in table["Routes"]}
                mend(table["Routes"])

    return edit("DescribeRouteTables", change)


def test_everything_holds_in_an_account_that_answers_every_call(live: Rehearsed) -> None:
    judged = live.judged()

    assert {answer.question: answer.verdict for answer in judged.answers if answer.verdict is not Verdict.HOLDS} == {}
    assert {f.policy for f in judged.findings if f.verdict is not Verdict.HOLDS} <= NOT_FOLLOWED


def _data(live: Rehearsed) -> str:
    return live.contract.buckets["data-bucket"].name


def _ops(live: Rehearsed) -> str:
    return live.contract.buckets["ops-bucket"].name


def _group(live: Rehearsed, name: str = "broker-group") -> str:
    assert live.contract.network is not None
    return live.contract.network.security_groups[name]


def _widened(live: Rehearsed) -> Change:
    account = live.contract.account
    return every(
        edit("GetBucketPolicy", without("ObjectsOnlyByOurRoles"), _data(live)),
        principal("Role", "reports", allow("s3:*", f"arn:aws:s3:::{_data(live)}*"), account),
    )


def _unbounded(live: Rehearsed) -> Change:
    more = {"PolicyName": "more", "PolicyDocument": {"Statement": [allow("s3:PutBucketPolicy", "*")]}}

    def change(found: dict[str, Any]) -> None:
        del found["PermissionsBoundary"]
        found["RolePolicyList"].append(more)

    return role(live.contract.principals["console"].arn, change)


def _public(live: Rehearsed) -> Change:
    def change(answer: dict[str, Any]) -> None:
        found = next(i for i in answer["NetworkInterfaces"] if _group(live) in {g["GroupId"] for g in i["Groups"]})
        found["Association"] = {"PublicIp": "203.0.113.9", "IpOwnerId": "amazon"}

    return edit("DescribeNetworkInterfaces", change)


def _peered(live: Rehearsed) -> Change:
    assert live.contract.network is not None
    ours = {"VpcId": live.contract.network.vpc, "OwnerId": live.contract.account, "CidrBlock": "10.42.0.0/16"}
    theirs = {"VpcId": "vpc-theirs", "OwnerId": ELSEWHERE, "CidrBlock": "172.16.0.0/16"}
    peering = {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "RequesterVpcInfo": theirs,
        "AccepterVpcInfo": ours,
    }
    route = {"DestinationCidrBlock": "172.16.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}
    return every(
        group(_group(live), admits(9112, "172.16.0.0/16")),
        edit("DescribeVpcPeeringConnections", lambda answer: answer.update(VpcPeeringConnections=[peering])),
        private_tables(live, lambda routes: routes.append(route)),
    )


def _no_endpoint(live: Rehearsed) -> Change:
    assert live.contract.network is not None
    endpoint = live.contract.network.endpoints["s3"]
    return private_tables(live, lambda routes: routes.remove(next(r for r in routes if r.get("GatewayId") == endpoint)))


def _replicated(live: Rehearsed) -> Change:
    rule = {"ID": "out", "Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::theirs", "Account": ELSEWHERE}}
    answer = {"ReplicationConfiguration": {"Role": "arn:aws:iam::111122223333:role/copies", "Rules": [rule]}}
    return edit("GetBucketReplication", lambda found: found.update(answer), _data(live))


def _foreign_key(live: Rehearsed) -> Change:
    key = f"arn:aws:kms:us-east-1:{ELSEWHERE}:key/1"

    def change(answer: dict[str, Any]) -> None:
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
        rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] = key

    return edit("GetBucketEncryption", change, _data(live))


def _blocks_off(live: Rehearsed) -> Change:
    return edit(
        "GetPublicAccessBlock",
        lambda answer: answer.update(
            PublicAccessBlockConfiguration=dict.fromkeys(answer["PublicAccessBlockConfiguration"], False)
        ),
        _data(live),
    )


def _trusting(live: Rehearsed, arn: str) -> Change:
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    return role(
        live.contract.principals["data-plane"].arn,
        lambda found: found["AssumeRolePolicyDocument"]["Statement"].append(statement),
    )


def _vendor_root(live: Rehearsed) -> Change:
    statement = allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{_ops(live)}/*", f"{VENDOR}:root")
    return edit("GetBucketPolicy", statements(lambda found: found.append(statement)), _ops(live))


def _key_grant(live: Rehearsed) -> Change:
    statement = allow("kms:Decrypt", "*", f"arn:aws:iam::{ELSEWHERE}:root")
    return edit("GetKeyPolicy", statements(lambda found: found.append(statement)), live.contract.keys["data-key"].arn)


def _blind(live: Rehearsed, **field: Any) -> Change:
    """Data events of a narrower selector."""

    def change(answer: dict[str, Any]) -> None:
        selector = next(s for s in answer["AdvancedEventSelectors"] if s["Name"] == "Objects of the record buckets")
        selector["FieldSelectors"].append({"Field": "readOnly", **field})

    return edit("GetEventSelectors", change)


WEAKENED: dict[str, tuple[Callable[[Rehearsed], Change], dict[str, int]]] = {
    # A role that may do everything to one bucket: it rules it, and reads nothing without its key.
    "a bucket policy and a role widened": (_widened, {"A001": 1, "O008": 1}),
    "a deny of other encryption dropped": (
        lambda live: edit("GetBucketPolicy", without("ObjectsOnlyThroughOurEndpoint"), _data(live)),
        {"A005": 2},
    ),
    "a key policy that names another account": (_key_grant, {"A001": 1, "O004": 1}),
    "a grant of the ops bucket to the vendor's account": (_vendor_root, {"O004": 1, "V005": 1}),
    # All four buckets can be opened, three of them destroyed without that being declared; nine weaknesses take effect.
    "a console without boundary that writes policies": (
        _unbounded,
        {"A001": 4, "O008": 3, "R001": 1, "V004": 4, "V006": 9},
    ),
    # Every store, and the log groups that are sinks.
    "an undeclared administrator": (
        lambda live: principal("Role", "admin", allow("*", "*"), live.contract.account),
        {"A001": 8, "O008": 4, "T004": 4},
    ),
    # Records, telemetry and the trail's files need their keys; access logs do not.
    "a user that reads every object": (
        lambda live: principal("User", "sam", allow("s3:GetObject", "*"), live.contract.account),
        {"A001": 1},
    ),
    "another account that takes the brokers' role": (
        lambda live: _trusting(live, f"arn:aws:iam::{ELSEWHERE}:root"),
        {"A004": 1},
    ),
    "the account's own people that take the brokers' role": (
        lambda live: _trusting(live, f"arn:aws:iam::{live.contract.account}:root"),
        {"A004": 1},
    ),
    "public access not blocked": (_blocks_off, {"B004": 1}),
    "no flow log": (
        lambda _: edit("DescribeFlowLogs", lambda answer: answer.update(FlowLogs=[])),
        {"N003": 1, "T001": 1},
    ),
    "a flow log of refused packets alone": (
        lambda _: edit("DescribeFlowLogs", lambda answer: answer["FlowLogs"][0].update(TrafficType="REJECT")),
        {"N003": 1, "T001": 1},
    ),
    "a stopped trail": (
        lambda _: edit("GetTrailStatus", lambda answer: answer.update(IsLogging=False)),
        {"L001": 1, "T001": 2},
    ),
    "data events of reads alone": (lambda live: _blind(live, Equals=["true"]), {"T001": 1}),
    "a log group that keeps a day": (
        lambda _: edit("DescribeLogGroups", lambda answer: answer["logGroups"][-1].update(retentionInDays=1)),
        {"T003": 2},
    ),
    "an alarm without actions": (
        lambda _: edit("DescribeAlarms", lambda answer: answer["MetricAlarms"][0].update(ActionsEnabled=False)),
        {"L006": 1, "T007": 1},
    ),
    "alarms that nobody confirmed to hear": (
        lambda _: edit(
            "ListSubscriptionsByTopic",
            lambda answer: answer["Subscriptions"][0].update(SubscriptionArn="PendingConfirmation"),
        ),
        {"T007": 6},
    ),
    "a copy in another account": (_replicated, {"O007": 1}),
    # Brokers may not use the foreign key: they stop.
    "another account's key": (_foreign_key, {"A003": 1, "B001": 1, "O005": 1}),
    "a public address": (_public, {"C003": 1, "P005": 1}),
    "no route to the endpoint": (_no_endpoint, {"P004": 3}),
    "the halves of the internet": (
        lambda live: every(
            group(_group(live), admits(9112, "0.0.0.0/1")), group(_group(live), admits(9112, "128.0.0.0/1"))
        ),
        {"P002": 2},
    ),
}


@pytest.mark.parametrize("name", list(WEAKENED))
def test_a_weakness_in_the_account_gives_exactly_its_findings(
    name: str, live: Rehearsed, before: set[tuple[str, str, str]]
) -> None:
    weaken, expected = WEAKENED[name]
    found = _new(live.judged(weaken(live)), before)

    assert _counted(found) == expected
    assert {finding.verdict for finding in found} == {Verdict.BROKEN}


def test_a_peered_network_of_an_account_that_was_not_walked_is_unknown(
    live: Rehearsed, before: set[tuple[str, str, str]]
) -> None:
    judged = live.judged(_peered(live))
    traffic = next(answer for answer in judged.answers if answer.question == "traffic_paths")
    doubts = [claim.text for claim in traffic.claims if claim.reason == "vpc_unread"]

    assert _new(judged, before) == []
    assert traffic.verdict is Verdict.UNKNOWN
    assert any("whether undeclared tcp packets reach broker-group" in text for text in doubts)
    assert any("whether broker-group can send to 172.16.0.0/16" in text for text in doubts)


def test_the_boundary_of_the_console_makes_information_of_what_it_cuts_off(live: Rehearsed) -> None:
    information = [f for f in live.judged().findings if f.policy == "V007"]

    assert {f.claim.text.partition(":")[0] for f in information} >= {"A01", "A02", "A03", "A13", "A19"}
    for finding in information:
        *allowed, cut = finding.claim.path
        assert (finding.severity, finding.verdict) == (Severity.INFO, Verdict.HOLDS)
        cited = [citation for hop in allowed for citation in hop.because]
        assert {c.document.partition("/")[0] for c in cited} == {"identity"}
        assert {c.document for c in cut.because} == {"boundary"}
        assert all(c.pointer.startswith("/Statement/") for c in cited)
        # A boundary that does not name the action at all denies it as a whole.
        assert all(c.pointer.startswith("/Statement") for c in cut.because)


def test_a_widened_document_is_a_finding_in_a_rehearsal_too(poc: Rehearsed) -> None:
    """What an organisation might deny is not known there: unknown, never held, and never left out."""
    judged = poc.judged(principal("Role", "admin", allow("*", "*"), poc.contract.account))
    found = [f for f in judged.findings if f.claim.reason == "upper_bound"]

    assert _counted(found) == {"A001": 8, "O008": 4, "T004": 4}
    assert {f.verdict for f in found} == {Verdict.UNKNOWN}
    assert all(f.claim.path[0].because and f.claim.missing for f in found)
