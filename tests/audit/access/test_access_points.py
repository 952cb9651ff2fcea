"""Who comes to a bucket through its access points: AWS page "Configuring IAM policies for using access points"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from toy import BUCKET, NOW, REGION, A, B, account, allow, arn_of, deny, policy, role, user

from audit.access.decision import Effect
from audit.access.explain import Question, Says, explain
from audit.access.expression import to_json
from audit.access.holdings import Holdings
from audit.access.simulate import simulate
from audit.access.who_can import who_can
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Node, NodeKind

if TYPE_CHECKING:
    from audit.access.explain import Explanation

POINT = f"arn:aws:s3:{REGION}:{A}:accesspoint/p"
ABROAD = f"arn:aws:s3:{REGION}:{B}:accesspoint/q"
WEB, JANE, STRANGER = arn_of("role", "web"), arn_of("user", "jane"), arn_of("role", "stranger", B)
OPEN = {"RestrictPublicBuckets": False}
THROUGH = {"operator": "StringEquals", "key": "s3:DataAccessPointArn", "values": [POINT]}
READS_POINT = allow("s3:GetObject", f"{POINT}/object/*")


def to(principal: Any, statement: dict[str, Any]) -> dict[str, Any]:
    return {**statement, "Principal": principal if principal == "*" else {"AWS": principal}}


def delegated(to_account: str = A, key: str = "s3:DataAccessPointAccount", **more: Any) -> dict[str, Any]:
    condition = {"StringEquals": {key: to_account}}
    return to("*", allow("s3:*", [BUCKET, f"{BUCKET}/*"], {**condition, **more}))


NAMED = policy(delegated(POINT, "s3:DataAccessPointArn"))
"""A bucket's policy that leaves all to one access point."""


def point(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    facts = {
        "Name": "p", "arn": POINT, "NetworkOrigin": "Internet", "policy": policy(*statements) if statements else None,
        "policy_record": "said-p", "public_access_block": {"RestrictPublicBuckets": True},
    }  # fmt: skip
    return {**facts, **more}


def readers(made: BoundaryGraph, privilege: Privilege = Privilege.READ) -> dict[str, dict[str, Any]]:
    return {one.principal: {**one.edge().properties, "because": one.edge().because}
            for one in who_can(made, BUCKET, privilege, now=NOW) if not one.through}  # fmt: skip


def test_a_principal_that_the_points_policy_names_reads_where_the_bucket_delegates_to_its_points() -> None:
    made = account(user("jane"), bucket=policy(delegated()), access_points=[point(to(JANE, READS_POINT))])
    found = readers(made)[JANE]
    assert (found["decision"], found["only_if"]) == ("allowed", THROUGH)
    assert Citation("said-p", "access_point/p", "/Statement/0") in found["because"]
    assert Citation("s3", "bucket_policy", "/Statement/0") in found["because"]


def test_what_a_points_policy_grants_is_nothing_unless_the_bucket_allows_it_too() -> None:
    found = readers(account(user("jane"), access_points=[point(to(JANE, READS_POINT))]))
    assert JANE not in found


def test_the_bucket_may_grant_the_same_by_itself() -> None:
    own = policy(to(JANE, allow("s3:GetObject", f"{BUCKET}/*", {"StringLike": {"s3:DataAccessPointArn": POINT}})))
    assert readers(account(user("jane"), bucket=own, access_points=[point(to(JANE, READS_POINT))]))[JANE][
        "only_if"
    ] == (THROUGH)
    assert JANE not in readers(account(user("jane"), bucket=own, access_points=[]))


def test_a_bucket_that_delegates_is_not_read_directly_nor_by_whom_no_point_lets_in() -> None:
    made = account(user("jane"), role("web"), bucket=NAMED, access_points=[point(to(JANE, READS_POINT))])
    assert WEB not in readers(made)


def test_an_identity_policy_on_the_points_arn_is_enough_where_the_bucket_delegates() -> None:
    made = account(role("web", READS_POINT), bucket=policy(delegated()), access_points=[point()])
    assert readers(made)[WEB]["only_if"] == THROUGH


def test_an_identity_policy_on_the_points_arn_alone_is_not_known_to_be_enough_for_the_bucket() -> None:
    found = readers(account(role("web", READS_POINT), access_points=[point()]))[WEB]
    assert (found["decision"], found["missing"]) == ("undetermined", ["s3:GetObject"])


def test_a_point_that_denies_does_not_let_pass() -> None:
    no = point(to(JANE, READS_POINT), to("*", deny("s3:GetObject", f"{POINT}/object/*")))
    assert JANE not in readers(account(user("jane"), bucket=NAMED, access_points=[no]))


def test_a_bucket_that_denies_the_point_does_not_let_pass() -> None:
    closed = to("*", deny("s3:*", f"{BUCKET}/*", {"StringEquals": {"s3:AccessPointNetworkOrigin": "Internet"}}))
    made = account(
        user("jane"), bucket=policy(*NAMED["Statement"], closed), access_points=[point(to(JANE, READS_POINT))]
    )
    assert JANE not in readers(made)


def test_a_point_of_a_vpc_lets_pass_only_what_comes_from_there() -> None:
    origin = {"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1"}}
    made = account(user("jane"), bucket=policy(delegated()), access_points=[point(to(JANE, READS_POINT), **origin)])
    from_there = {"operator": "StringEquals", "key": "aws:SourceVpc", "values": ["vpc-1"]}
    assert readers(made)[JANE]["only_if"] == {"and": [THROUGH, from_there]}


def test_what_a_bucket_denies_but_to_points_of_a_vpc_is_open_through_one() -> None:
    only = to("*", deny("s3:GetObject", f"{BUCKET}/*", {"StringNotEquals": {"s3:AccessPointNetworkOrigin": "VPC"}}))
    origin = {"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1"}}
    web = role("web", allow("s3:GetObject", "*"))
    found = readers(account(web, bucket=policy(only), access_points=[point(**origin)]))[WEB]
    assert (found["decision"], found["only_if"]["and"][0]) == ("allowed", THROUGH)


@pytest.mark.parametrize(("block", "seen"), [(OPEN, True), ({"RestrictPublicBuckets": True}, False)])
def test_a_points_own_block_of_public_access_closes_it_to_strangers(block: Any, seen: bool) -> None:  # noqa: FBT001
    anyone = point(to("*", READS_POINT), public_access_block=block)
    made = account(bucket=policy(delegated()), access_points=[anyone], public_access_block=OPEN)
    assert ("*" in {name for name, one in readers(made).items() if one["decision"] == "allowed"}) is seen


def test_the_buckets_block_of_public_access_counts_for_a_public_point_too() -> None:
    anyone = point(to("*", READS_POINT), public_access_block=OPEN)
    found = readers(account(role("none"), bucket=policy(delegated()), access_points=[anyone]))
    assert found[arn_of("role", "none")]["decision"] == "allowed"
    assert found["*"]["decision"] != "allowed"


def test_a_role_of_another_account_reads_through_a_point_that_names_it() -> None:
    made = account(bucket=policy(delegated()), access_points=[point(to(STRANGER, READS_POINT))])
    found = readers(made)[STRANGER]
    assert (found["decision"], found["only_if"]) == ("allowed", THROUGH)
    assert {one["layer"] for one in found["unless"]} == {"identity"}


def test_a_point_of_another_walked_account_is_a_door_for_that_accounts_roles() -> None:
    there = role("stranger", allow("s3:GetObject", f"{ABROAD}/object/*"), account=B)
    made = account(there, bucket=policy(delegated(ABROAD, "s3:DataAccessPointArn")), access_points=[point(arn=ABROAD, Name="q")],
                   access_point_accounts=[A, B])  # fmt: skip
    found = readers(made)
    assert found[STRANGER]["only_if"] == {**THROUGH, "values": [ABROAD]}
    assert set(found) == {STRANGER}


def test_what_a_bucket_delegates_to_an_account_that_was_not_walked_is_read_by_nobody_knows_whom() -> None:
    found = readers(account(bucket=policy(delegated(B))))
    assert found[f"arn:aws:iam::{B}:root"]["decision"] == "undetermined"
    assert found["*"]["decision"] == "undetermined"
    assert "s3:ListAccessPoints" in found["*"]["missing"]


def test_a_bucket_that_delegates_to_its_own_account_leaves_multi_region_points_open() -> None:
    found = readers(account(bucket=policy(delegated())))
    assert found["*"]["missing"] == ["s3:ListMultiRegionAccessPoints"]
    assert readers(account(bucket=NAMED)) == {}


def test_points_that_could_not_be_listed_leave_open_who_comes_through_them() -> None:
    unread = Unknown("s3:ListAccessPoints", "AccessDenied", "r")
    found = readers(account(user("jane"), bucket=policy(delegated()), access_points=unread))[JANE]
    assert found["decision"] == "undetermined"
    assert "s3:ListAccessPoints" in found["missing"]


def test_points_that_could_not_be_listed_take_nothing_from_who_reads_directly() -> None:
    unread = Unknown("s3:ListAccessPoints", "AccessDenied", "r")
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    made = account(role("web", allow("s3:GetObject", f"{BUCKET}/*", condition)), role("none"), access_points=unread)
    assert {name: one["missing"] for name, one in readers(made).items()} == {WEB: []}


def test_a_points_policy_that_was_not_read_leaves_open_whom_it_lets_in() -> None:
    unread = point(policy=Unknown("s3:GetAccessPointPolicy", "AccessDenied", "r"))
    found = readers(account(user("jane"), bucket=NAMED, access_points=[unread]))
    assert (found[JANE]["decision"], found[JANE]["missing"]) == ("undetermined", ["s3:GetAccessPointPolicy"])


def test_a_prefix_that_a_point_opens_is_named() -> None:
    mine = point(to(JANE, allow("s3:GetObject", f"{POINT}/object/jane/*")))
    found = readers(account(user("jane"), bucket=NAMED, access_points=[mine]))[JANE]
    assert found["resources"] == [f"{POINT}/object/jane/*"]


def test_an_endpoint_must_let_pass_both_the_point_and_the_bucket() -> None:
    both = [f"{BUCKET}/*", f"{POINT}/object/*"]
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    theirs = point(to(JANE, allow("s3:GetObject", f"{POINT}/object/*", condition)))
    for opened, seen in ((both, True), (both[:1], False), (both[1:], False)):
        gate = policy(to("*", allow("s3:GetObject", opened)))
        endpoint = Node("vpce-1", NodeKind.VPC_ENDPOINT, "vpce-1", A, REGION, {"policy": gate}, ("ec2",))
        made = account(user("jane"), endpoint, bucket=NAMED, access_points=[theirs])
        assert (JANE in readers(made)) is seen, opened


def test_settings_of_the_bucket_are_not_changed_through_a_point() -> None:
    made = account(user("jane"), bucket=policy(delegated()), access_points=[point(to(JANE, allow("s3:*", "*")))])
    assert JANE not in readers(made, Privilege.ADMINISTER)
    assert readers(made, Privilege.DESTROY)[JANE]["actions"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]


def explained(made: BoundaryGraph, principal: str, resource: str, **context: tuple[str, ...]) -> Explanation:
    given = {key.replace("_", ":"): values for key, values in context.items()}
    return explain(Holdings(made), Question(principal, "s3:GetObject", resource, given), NOW)


def test_an_explanation_of_a_points_object_shows_both_policies() -> None:
    made = account(user("jane"), bucket=NAMED, access_points=[point(to(JANE, READS_POINT))])
    found = explained(made, JANE, f"{POINT}/object/a")
    assert found.decision.effect is Effect.ALLOWED
    said = {vote.layer: vote for vote in found.votes}
    assert [said[layer].says for layer in ("access_point", "resource_policy")] == [Says.ALLOWS, Says.ALLOWS]
    [cause] = said["access_point"].statements
    assert found.said(cause) == (to(JANE, READS_POINT),)


def test_an_explanation_says_when_the_bucket_under_a_point_does_not_let_pass() -> None:
    made = account(user("jane"), access_points=[point(to(JANE, READS_POINT))])
    found = explained(made, JANE, f"{POINT}/object/a")
    assert (found.decision.effect, found.decision.blocked_by) == (
        Effect.IMPLICITLY_DENIED, ("identity", "resource_policy"),
    )  # fmt: skip


def test_an_explanation_of_the_buckets_object_is_of_a_request_without_a_point() -> None:
    made = account(user("jane"), bucket=NAMED, access_points=[point(to(JANE, READS_POINT))])
    assert explained(made, JANE, f"{BUCKET}/a").decision.effect is Effect.IMPLICITLY_DENIED


def test_a_point_of_a_vpc_is_explained_with_its_origin() -> None:
    origin = {"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1"}}
    made = account(user("jane"), bucket=NAMED, access_points=[point(to(JANE, READS_POINT), **origin)])
    assert to_json(explained(made, JANE, f"{POINT}/object/a").decision.only_if) == {
        "operator": "StringEquals", "key": "aws:SourceVpc", "values": ["vpc-1"],
    }  # fmt: skip
    elsewhere = explained(made, JANE, f"{POINT}/object/a", aws_SourceVpc=("vpc-2",))
    assert elsewhere.decision.blocked_by == ("access_point",)


def test_a_point_that_the_audit_does_not_know_leaves_its_policy_and_its_buckets_open() -> None:
    found = explained(account(role("web")), WEB, f"arn:aws:s3:{REGION}:{A}:accesspoint/other/object/a")
    assert (found.decision.effect, [one.permission for one in found.decision.missing]) == (
        Effect.UNDETERMINED, ["s3:GetAccessPointPolicy"],
    )  # fmt: skip
    assert [one.permission for one in found.decision.unless] == ["s3:GetBucketPolicy"]


def simulated(resource: str, action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    case = {"id": "1", "principal": WEB, "action": action, "resource": resource, "resource_account": A, **more}
    return dict(json.loads(next(simulate([json.dumps(case)]))))


def test_a_line_about_a_point_has_the_points_policy_and_leaves_the_buckets_open() -> None:
    found = simulated(f"{POINT}/object/a", resource_policy=policy(to(WEB, READS_POINT)))
    assert (found["decision"], found["only_if"]) == ("allowed", None)
    assert found["unless"] == [{"layer": "bucket_policy", "permission": "s3:GetBucketPolicy"}]
    assert simulated(f"{POINT}/object/a")["decision"] == "implicitly_denied"
    assert simulated(f"{POINT}/object/a")["blocked_by"] == ["identity", "resource_policy"]


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        (f"arn:aws:s3::{A}:accesspoint/m.mrap/object/a", "s3:GetObject"),
        (f"arn:aws:s3-object-lambda:{REGION}:{A}:accesspoint/o", "s3-object-lambda:GetObject"),
    ],
)
def test_points_of_several_regions_and_object_lambda_ones_are_undetermined_unless_denied(
    resource: str, action: str
) -> None:
    everything, nothing = allow("*"), deny("*")
    assert simulated(resource, action, identity=[policy(everything)])["decision"] == "undetermined"
    assert simulated(resource, action, identity=[policy(everything, nothing)])["decision"] == "explicitly_denied"
    assert simulated(resource, action)["decision"] == "implicitly_denied"
