"""What the vendor can do: one fact changed, one claim follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Toy

    from audit.model.verdict import Claim

ACCOUNT, VENDOR = "111111111111", "arn:aws:iam::381492316447"
BUCKET, KEY = "arn:aws:s3:::data", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
BROKERS, CONSOLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("brokers", "console"))
SUPPORT, UNTIL = f"{VENDOR}:role/support", "2026-07-01T00:00:00Z"
WINDOW = {"mode": "granted", "principal": SUPPORT, "until": UNTIL}
ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _grant(toy: Toy, until: str | None = UNTIL, to: str = SUPPORT) -> Toy:
    conditions = {"DateLessThan": {"aws:CurrentTime": until}} if until else None
    return toy.edge(BUCKET, EdgeKind.GRANTS, to, "bucket_policy", conditions=conditions).say(vendor_access=WINDOW)


def test_in_an_environment_that_is_whole_everything_holds(toy: Toy) -> None:
    claims = toy.claims("vendor_access")

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert {claim.reason for claim in claims} == {"no_vendor_grant", "no_declared_egress"}


BROKEN: dict[str, tuple[Callable[[Toy], object], list[tuple[str, str]]]] = {
    "a grant that nothing declares": (
        lambda toy: toy.edge(BUCKET, EdgeKind.GRANTS, SUPPORT, "bucket_policy"), [("undeclared_vendor_access", BUCKET)],
    ),
    "a role that the vendor may take": (
        lambda toy: toy.edge(CONSOLE, EdgeKind.TRUSTS, SUPPORT, "trust"), [("undeclared_vendor_access", CONSOLE)],
    ),
    "a grant to another role than declared": (
        lambda toy: _grant(toy, to=f"{VENDOR}:role/other"), [("undeclared_vendor_access", BUCKET)],
    ),
    "a grant without an end": (lambda toy: _grant(toy, until=None), [("undeclared_vendor_access", BUCKET)]),
    "a grant that lasts longer than declared": (
        lambda toy: _grant(toy, until="2026-07-01T00:00:01Z"), [("undeclared_vendor_access", BUCKET)],
    ),
    "a grant to the vendor's whole account": (
        lambda toy: _grant(toy, to=f"{VENDOR}:root"), [("account_root_grant", BUCKET)],
    ),
    "a window that has ended, its statement left": (
        lambda toy: _grant(toy, until="2026-05-01T00:00:00Z").say(
            vendor_access={**WINDOW, "until": "2026-05-01T00:00:00Z"}
        ),
        [("expired_window", BUCKET), ("expired_window", "vendor_access")],
    ),
    "a declared window that has ended": (
        lambda toy: toy.say(vendor_access={**WINDOW, "until": "2026-06-01T00:00:00Z"}),
        [("expired_window", "vendor_access")],
    ),
    "a console that reads records": (
        lambda toy: toy.can(CONSOLE, EdgeKind.CAN_READ, BUCKET), [("vendor_can_read_records", CONSOLE)],
    ),
    "a console that changes policies": (
        lambda toy: toy.can(CONSOLE, EdgeKind.CAN_ADMINISTER, BUCKET), [("vendor_can_write_policy", CONSOLE)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BROKEN))
def test_one_fact_breaks_one_claim(name: str, toy: Toy) -> None:
    change, expected = BROKEN[name]
    change(toy)
    broken = [claim for claim in toy.claims("vendor_access") if claim.verdict is Verdict.BROKEN]

    assert [(claim.reason, claim.subject) for claim in broken] == expected
    assert all(claim.path for claim in broken)


def test_a_declared_window_holds_and_says_what_it_gives(toy: Toy) -> None:
    _grant(toy).can(SUPPORT, EdgeKind.CAN_READ, BUCKET)
    claims = toy.claims("vendor_access")
    window = next(claim for claim in claims if claim.reason == "declared_vendor_access")

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert window.text.endswith("as declared: in effect it can read")
    assert window.path[0].because[0].pointer == "/Statement/0"


def test_statements_of_one_window_are_one_claim_and_the_latest_end_counts(toy: Toy) -> None:
    toy.edge(BUCKET, EdgeKind.GRANTS, SUPPORT, "bucket_policy", conditions=None)
    broken = [claim for claim in _grant(toy).claims("vendor_access") if claim.verdict is Verdict.BROKEN]

    assert [claim.reason for claim in broken] == ["undeclared_vendor_access"]
    assert "without an end date" in broken[0].text


def test_a_grant_to_others_is_not_the_vendor_s(toy: Toy) -> None:
    toy.edge(BUCKET, EdgeKind.GRANTS, "arn:aws:iam::999999999999:role/r", "bucket_policy")
    toy.edge(BUCKET, EdgeKind.GRANTS, "logs.us-east-1.amazonaws.com", "bucket_policy")

    assert {claim.verdict for claim in toy.claims("vendor_access")} == {Verdict.HOLDS}


@pytest.mark.parametrize(("node", "fact"), [(BUCKET, "policy"), (KEY, "policy"), (KEY, "grants"), (CONSOLE, "trust")])
def test_what_could_not_be_read_may_name_the_vendor(node: str, fact: str, toy: Toy) -> None:
    toy.fact(node, **{fact: ...})
    claims = toy.claims("vendor_access")

    assert [(c.subject, c.missing) for c in claims if c.verdict is Verdict.UNKNOWN] == [(node, (f"x:Read{fact}",))]
    assert "no_vendor_grant" not in {claim.reason for claim in claims}


def test_an_unread_listing_may_hide_a_grant(toy: Toy) -> None:
    claims = toy.gap(NodeKind.KEY).claims("vendor_access")

    assert ("unreadable", ("x:List",)) in {(claim.reason, claim.missing) for claim in claims}
    assert "no_vendor_grant" not in {claim.reason for claim in claims}


def test_what_the_console_can_unless_an_unread_layer_denies_it_is_unknown(toy: Toy) -> None:
    toy.can(CONSOLE, EdgeKind.CAN_ADMINISTER, BUCKET, unless=[{"layer": "scp", "permission": "x:Scp"}])
    claims = [claim for claim in toy.claims("vendor_access") if claim.verdict is not Verdict.HOLDS]

    assert [(claim.verdict, claim.reason, claim.missing) for claim in claims] == [
        (Verdict.UNKNOWN, "vendor_can_write_policy", ("x:Scp",))
    ]


def _with_policies(toy: Toy, boundary: Any, identity: Any = None) -> Toy:
    """A console whose own policy allows sts:AssumeRole on everything, and its boundary."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    own = identity or [{"name": "own", "document": {"Version": "2012-10-17", "Statement": [statement]}}]
    return toy.fact(CONSOLE, identity=own, boundary=boundary, unique_id="AROA1")


def test_a_weakness_that_the_boundary_cuts_off_is_information_that_cites_the_boundary(toy: Toy) -> None:
    denies = {"Statement": [ALL["Statement"][0], {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}]}
    _with_policies(toy, {"arn": "b", "document": denies})
    claims = [claim for claim in toy.claims("vendor_access") if claim.text.startswith("A01")]

    assert [(claim.verdict, claim.reason) for claim in claims] == [(Verdict.HOLDS, "cut_off_by_boundary")]
    assert [(c.document, c.pointer) for hop in claims[0].path for c in hop.because] == [
        ("identity/own", "/Statement/0"), ("boundary", "/Statement/1"),
    ]  # fmt: skip


def test_a_boundary_that_allows_the_action_elsewhere_is_cited_where_it_does(toy: Toy) -> None:
    narrow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/mine"}
    _with_policies(toy, {"arn": "b", "document": {"Statement": [narrow]}})
    claim = next(claim for claim in toy.claims("vendor_access") if claim.text.startswith("A01"))

    assert claim.reason == "cut_off_by_boundary"
    assert [c.pointer for c in claim.path[1].because] == ["/Statement/0"]


@pytest.mark.parametrize("boundary", [None, {"arn": "b", "document": ALL}])
def test_a_weakness_that_nothing_cuts_off_is_broken(boundary: Any, toy: Toy) -> None:
    _with_policies(toy, boundary)
    claims = [claim for claim in toy.claims("vendor_access") if claim.verdict is Verdict.BROKEN]

    assert [(claim.reason, claim.subject, claim.text[:3]) for claim in claims] == [
        ("weakness_in_effect", CONSOLE, "A01")
    ]
    assert claims[0].path[0].because[0].document == "identity/own"


def test_an_unread_boundary_leaves_a_weakness_unknown(toy: Toy) -> None:
    _with_policies(toy, ...)
    claims = [claim for claim in toy.claims("vendor_access") if claim.verdict is Verdict.UNKNOWN]

    assert [(claim.reason, claim.missing) for claim in claims] == [("weakness_in_effect", ("x:Readboundary",))]


def test_a_condition_that_narrows_a_wide_statement_is_no_weakness(toy: Toy) -> None:
    statement = {
        "Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/automqEnvironmentID": "env"}},
    }  # fmt: skip
    _with_policies(toy, None, [{"name": "own", "document": {"Statement": [statement]}}])

    assert {claim.verdict for claim in toy.claims("vendor_access")} == {Verdict.HOLDS}
    assert "A03" not in " ".join(claim.text for claim in toy.claims("vendor_access"))


def _own(toy: Toy, *statements: dict[str, Any]) -> list[Claim]:
    """What is said of a console with these statements and no boundary, but for what holds in any account."""
    _with_policies(toy, None, [{"name": "own", "document": {"Statement": list(statements)}}])
    return [claim for claim in toy.claims("vendor_access") if claim.text.startswith("A")]


def _allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def test_a_weakness_is_one_claim_of_a_role_with_a_hop_for_each_request(toy: Toy) -> None:
    (claim,) = _own(toy, _allow("s3:GetObject"), _allow("s3:PutObject", "s3:DeleteObject"))

    assert claim.text.startswith("A04: the policies of console let it read objects of any bucket (s3:GetObject), ")
    assert [hop.because[0].pointer for hop in claim.path] == ["/Statement/0", "/Statement/1", "/Statement/1"]


def test_to_pass_any_role_is_a_weakness_for_who_can_start_something_with_it(toy: Toy) -> None:
    (alone,) = _own(toy, _allow("iam:PassRole"))
    (used,) = _own(toy, _allow("iam:PassRole"), _allow("ec2:RunInstances"))
    own_profile = {"ArnEquals": {"ec2:InstanceProfile": f"arn:aws:iam::{ACCOUNT}:instance-profile/brokers"}}
    (bound,) = _own(toy, _allow("iam:PassRole"), _allow("ec2:RunInstances", Condition=own_profile))

    assert (alone.verdict, alone.reason) == (Verdict.HOLDS, "weakness_without_use")
    assert "ec2:RunInstances" in alone.text
    assert (used.verdict, used.reason) == (Verdict.BROKEN, "weakness_in_effect")
    assert bound.reason == "weakness_without_use"


def test_who_may_only_do_it_to_what_bears_a_tag_may_not_do_it_to_anything(toy: Toy) -> None:
    tagged = {"StringLike": {"aws:ResourceTag/driver": "*"}}

    assert _own(toy, _allow("ec2:DeleteVolume", Condition=tagged)) == []
    assert [claim.text[:3] for claim in _own(toy, _allow("ec2:DeleteVolume"))] == ["A05"]


def test_a_tag_of_the_vendor_s_without_the_environment_s_lets_one_environment_at_another(toy: Toy) -> None:
    vendors = {"StringEquals": {"aws:ResourceTag/automqVendor": "automq"}}
    own = {"StringEquals": {**vendors["StringEquals"], "aws:ResourceTag/automqEnvironmentID": "env"}}

    assert [c.text[:3] for c in _own(toy, _allow("ec2:TerminateInstances", Condition=vendors))] == ["A18"]
    assert _own(toy, _allow("ec2:TerminateInstances", Condition=own)) == []


def test_a_role_that_console_and_brokers_share_is_one(toy: Toy) -> None:
    toy.say(principals={"console-and-brokers": {"arn": CONSOLE, "does": "both"}})
    claims = [claim for claim in toy.claims("vendor_access") if claim.verdict is Verdict.BROKEN]

    assert [claim.text[:4] for claim in claims] == ["A05:"]
    assert "share the role" in claims[0].text


def _pods(toy: Toy, *policies: dict[str, Any]) -> list[Claim]:
    """What is said of the role of pods in the cluster that the brokers' nodes belong to."""
    cluster, role, pods = "arn:aws:eks:us-east-1:1:cluster/c", "arn:aws:iam::111111111111:role/dns", "pods"
    toy.node(cluster, NodeKind.CLUSTER, "c", access_entries=[BROKERS]).node(pods, NodeKind.WORKLOAD, "pods")
    toy.node(role, NodeKind.ROLE, "dns", identity=list(policies), boundary=None, trust={}, tags={}, unique_id="AROA2")
    toy.edge(cluster, EdgeKind.CONTAINS, pods).edge(pods, EdgeKind.RUNS_AS, role)
    return [claim for claim in toy.claims("vendor_access") if claim.subject == role]


def test_what_pods_of_the_environment_s_cluster_run_as_is_judged_too(toy: Toy) -> None:
    records = {"Statement": [_allow("route53:ChangeResourceRecordSets")]}
    (claim,) = _pods(toy, {"name": "dns", "document": records})

    assert (claim.verdict, claim.text[:3]) == (Verdict.BROKEN, "A33")
    assert "pods as dns" in claim.text


def test_a_policy_of_aws_s_own_is_none_of_the_vendor_s(toy: Toy) -> None:
    volumes = {"Statement": [_allow("ec2:DetachVolume")]}
    arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"

    assert _pods(toy, {"name": "csi", "arn": arn, "document": volumes}) == []


def test_egress_is_said_as_the_contract_declares_it(toy: Toy) -> None:
    toy.say(network={"vpc": "vpc-1", "internet_egress": "nat"})
    declared = {claim.reason for claim in toy.claims("vendor_access")}
    toy.say(network={"vpc": "vpc-1", "internet_egress": "nat", "reviewed": False})

    assert "declared_egress" in declared
    assert {c.reason for c in toy.claims("vendor_access") if c.subject == "egress"} == {"not_reviewed"}
