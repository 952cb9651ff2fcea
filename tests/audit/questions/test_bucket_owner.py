"""Who owns the durable storage: one fact changed, one claim follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Toy

ACCOUNT, OTHER = "111111111111", "999999999999"
BUCKET, LOGS = "arn:aws:s3:::data", "arn:aws:s3:::logs"
CONSOLE = f"arn:aws:iam::{ACCOUNT}:role/console"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
FOREIGN_KEY = f"arn:aws:kms:us-east-1:{OTHER}:key/1"


def test_in_an_environment_that_is_whole_everything_holds(toy: Toy) -> None:
    assert {claim.verdict for claim in toy.claims("bucket_owner")} == {Verdict.HOLDS}


BROKEN: dict[str, tuple[Callable[[Toy], object], str]] = {
    "foreign_owner": (
        lambda toy: toy.drop(EdgeKind.OWNS, target=BUCKET).edge(OTHER, EdgeKind.OWNS, BUCKET), BUCKET,
    ),
    "missing_bucket": (lambda toy: toy.drop(EdgeKind.OWNS, target=BUCKET), BUCKET),
    "acl_enabled": (lambda toy: toy.fact(BUCKET, ownership="ObjectWriter"), BUCKET),
    "foreign_grant": (
        lambda toy: toy.edge(BUCKET, EdgeKind.GRANTS, f"arn:aws:iam::{OTHER}:role/r", "bucket_policy"), BUCKET,
    ),
    "key_outside_account": (lambda toy: toy.fact(BUCKET, encryption={"key": FOREIGN_KEY}), BUCKET),
    "key_missing": (lambda toy: toy.fact(BUCKET, encryption={"algorithm": "AES256", "key": None}), BUCKET),
    "replica_outside_account": (
        lambda toy: toy.edge(BUCKET, EdgeKind.COPIES_TO, "arn:aws:s3:::theirs", by="replication"), BUCKET,
    ),
    "undeclared_destroyer": (lambda toy: toy.can(CONSOLE, EdgeKind.CAN_DESTROY, BUCKET), CONSOLE),
    "anonymous_access": (lambda toy: toy.can("*", EdgeKind.CAN_DESTROY, BUCKET), "*"),
}  # fmt: skip


@pytest.mark.parametrize("reason", list(BROKEN))
def test_one_fact_breaks_one_claim(reason: str, toy: Toy) -> None:
    change, subject = BROKEN[reason]
    change(toy)
    broken = [claim for claim in toy.claims("bucket_owner") if claim.verdict is Verdict.BROKEN]

    assert [(claim.reason, claim.subject) for claim in broken] == [(reason, subject)]
    assert broken[0].path


@pytest.mark.parametrize("fact", ["ownership", "policy", "encryption", "replication", "inventory", "access_points"])
def test_a_fact_that_could_not_be_read_is_unknown_and_named(fact: str, toy: Toy) -> None:
    toy.fact(BUCKET, **{fact: ...})
    claims = [claim for claim in toy.claims("bucket_owner") if claim.subject == BUCKET]
    unknown = [claim for claim in claims if claim.verdict is Verdict.UNKNOWN]

    assert [claim.missing for claim in unknown] == [(f"x:Read{fact}",)]
    assert Verdict.BROKEN not in {claim.verdict for claim in claims}


def test_without_the_listing_of_buckets_nothing_is_said_of_any(toy: Toy) -> None:
    toy.gap(NodeKind.BUCKET)

    claims = [claim for claim in toy.claims("bucket_owner") if claim.subject != KEY]
    assert {(claim.verdict, claim.missing) for claim in claims} == {(Verdict.UNKNOWN, ("x:List",))}


def test_a_copy_within_the_account_and_a_grant_within_it_hold(toy: Toy) -> None:
    toy.edge(BUCKET, EdgeKind.COPIES_TO, LOGS, by="replication").edge(BUCKET, EdgeKind.GRANTS, CONSOLE, "bucket_policy")
    claims = toy.claims("bucket_owner")

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert "copied_inside" in {claim.reason for claim in claims}


def test_everybody_without_conditions_is_a_foreign_grant_and_with_them_no_word_is_given(toy: Toy) -> None:
    toy.edge(BUCKET, EdgeKind.GRANTS, "*", "bucket_policy", conditions={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    claims = [claim for claim in toy.claims("bucket_owner") if claim.subject == BUCKET]
    toy.edge(LOGS, EdgeKind.GRANTS, "*", "bucket_policy", conditions=None)
    open_to_all = [claim for claim in toy.claims("bucket_owner") if claim.reason == "foreign_grant"]

    assert {"foreign_grant", "no_foreign_grant"} & {claim.reason for claim in claims} == set()
    assert [claim.subject for claim in open_to_all] == [LOGS]


def test_an_inferred_line_makes_its_claims_unknown_broken_ones_too(toy: Toy) -> None:
    buckets = {"data-bucket": {"name": "data", "holds": "records", "encryption": "data-key", "reviewed": False}}
    toy.say(buckets=buckets).fact(BUCKET, ownership="ObjectWriter")

    claims = [claim for claim in toy.claims("bucket_owner") if claim.subject != KEY]
    assert {(claim.verdict, claim.reason) for claim in claims} == {(Verdict.UNKNOWN, "not_reviewed")}


@pytest.mark.parametrize("target", [64 * "a", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"])
def test_a_list_that_names_another_account_or_all_of_them_is_a_foreign_grant(target: str, toy: Toy) -> None:
    toy.node(target, NodeKind.FOREIGN_PRINCIPAL, target).edge(BUCKET, EdgeKind.GRANTS, target, by="acl")

    assert [claim.subject for claim in toy.claims("bucket_owner") if claim.reason == "foreign_grant"] == [BUCKET]


def test_the_list_entry_of_log_delivery_is_none(toy: Toy) -> None:
    target = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    toy.node(target, NodeKind.FOREIGN_PRINCIPAL, target).edge(BUCKET, EdgeKind.GRANTS, target, by="acl")

    assert {claim.verdict for claim in toy.claims("bucket_owner")} == {Verdict.HOLDS}


def test_a_list_that_counts_and_was_not_read_leaves_open_whom_it_grants(toy: Toy) -> None:
    toy.fact(BUCKET, ownership="ObjectWriter", acl=...)
    claims = [claim for claim in toy.claims("bucket_owner") if claim.subject == BUCKET]

    assert ("x:Readacl",) in [claim.missing for claim in claims if claim.verdict is Verdict.UNKNOWN]
    assert "no_foreign_grant" not in {claim.reason for claim in claims}


def test_a_key_granted_to_another_account_is_a_foreign_grant(toy: Toy) -> None:
    toy.edge(KEY, EdgeKind.GRANTS, f"arn:aws:iam::{OTHER}:root", "key_policy")

    assert [claim.subject for claim in toy.claims("bucket_owner") if claim.reason == "foreign_grant"] == [KEY]


def test_a_declared_key_of_another_account_and_one_that_is_gone_are_told(toy: Toy) -> None:
    gone = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/gone"
    keys = {"data-key": {"arn": FOREIGN_KEY, "protects": "r"}, "ops-key": {"arn": gone, "protects": "l"}}
    toy.say(keys=keys)
    broken = [claim for claim in toy.claims("bucket_owner") if claim.verdict is Verdict.BROKEN]

    assert [(claim.reason, claim.subject) for claim in broken if claim.subject in {FOREIGN_KEY, gone}] == [
        ("key_outside_account", FOREIGN_KEY), ("key_missing", gone),
    ]  # fmt: skip
    toy.gap(NodeKind.KEY)
    assert "key_missing" not in {claim.reason for claim in toy.claims("bucket_owner")}


def test_a_key_of_a_region_that_was_not_walked_is_unknown(toy: Toy) -> None:
    toy.say(keys={"data-key": {"arn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", "protects": "r"}})

    assert [claim.reason for claim in toy.claims("bucket_owner") if claim.verdict is Verdict.UNKNOWN] == [
        "not_in_snapshot"
    ]


def test_a_key_that_is_only_named_somewhere_is_not_there_and_one_that_was_described_is(toy: Toy) -> None:
    toy.drop(EdgeKind.OWNS, target=KEY)
    assert KEY in {claim.subject for claim in toy.claims("bucket_owner") if claim.reason == "key_missing"}
    toy.fact(KEY, state="PendingDeletion")
    assert "key_missing" not in {claim.reason for claim in toy.claims("bucket_owner")}
