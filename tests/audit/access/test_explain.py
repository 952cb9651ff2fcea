"""Every layer's vote on one request, and the decision that they come to."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access.decision import Effect
from audit.access.explain import Explanation, LayerVote, Question, Says, explain
from audit.access.expression import TRUE, to_json
from audit.access.holdings import Holdings
from audit.access.phrase import phrase
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Gap, Node, NodeKind

A, OTHER, REGION = "111111111111", "222222222222", "us-east-1"
BUCKET, OBJECT = "arn:aws:s3:::records", "arn:aws:s3:::records/k"
KEY = f"arn:aws:kms:{REGION}:{A}:key/k1"
ROLE, ROOT = f"arn:aws:iam::{A}:role/team/brokers", f"arn:aws:iam::{A}:root"
VENDOR = f"arn:aws:iam::{OTHER}:role/vendor"
NOW = "2026-06-01T00:00:00Z"
DENIED = Unknown("x:Read", "AccessDenied", "r")
ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def only_through(endpoint: str) -> dict[str, Any]:
    return {
        "Sid": "OurEndpoint", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}},
    }  # fmt: skip


def graph(
    bucket: Any = None, key: Any = None, endpoint: Any = None, account: dict[str, Any] | None = None, **role: Any
) -> BoundaryGraph:
    made = BoundaryGraph()
    settings: dict[str, Any] = {"organization": None, "s3_public_access_block": None, **(account or {})}
    made.add(Node(A, NodeKind.ACCOUNT, A, A, "global", settings))
    made.add(Node(ROOT, NodeKind.ROOT_USER, "root", A, "global"))
    own = [{"name": "own", "document": policy(ANY)}]
    facts = {"trust": policy(), "identity": own, "boundary": None, "tags": {}, "unique_id": "AROA1", **role}
    made.add(Node(ROLE, NodeKind.ROLE, "brokers", A, "global", facts, ("iam-record",)))
    block = {"public_access_block": {"RestrictPublicBuckets": True}, "location": REGION}
    made.add(Node(BUCKET, NodeKind.BUCKET, "records", A, REGION, {"policy": bucket, **block}, ("s3-record",)))
    made.add(Node(KEY, NodeKind.KEY, "k1", A, REGION, {"policy": key, "grants": [], "tags": {"team": "a"}}))
    made.add(Node("vpce-id", NodeKind.VPC_ENDPOINT, "vpce-1", A, REGION, {"policy": endpoint}))
    return made


def ask(
    made: BoundaryGraph,
    principal: str = ROLE,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    **context: tuple[str, ...],
) -> Explanation:
    given = {key.replace("__", ":"): values for key, values in context.items()}
    return explain(Holdings(made), Question(principal, action, resource, given), NOW)


def vote(found: Explanation, layer: str) -> LayerVote:
    return next(one for one in found.votes if one.layer == layer)


def test_every_layer_votes_in_the_order_of_aws() -> None:
    found = ask(graph())
    layers = ["rcp", "scp", "resource_policy", "identity", "boundary", "session", "endpoint"]
    assert [one.layer for one in found.votes] == layers
    assert found.decision.effect is Effect.ALLOWED
    assert [one.says for one in found.votes if one.says is not Says.ABSENT] == [Says.ALLOWS]


def test_a_statement_is_cited_with_its_record_and_its_text() -> None:
    found = ask(graph())
    [cause] = vote(found, "identity").statements
    assert (cause.policy, cause.pointer, cause.record) == ("identity/own", "/Statement/0", "iam-record")
    assert found.said(cause) == (ANY,)


def test_a_conditional_denial_leaves_its_contrary_in_the_decision() -> None:
    found = ask(graph(bucket=policy(only_through("vpce-9"))))
    denial = vote(found, "resource_policy")
    assert (denial.says, phrase(to_json(denial.when))) == (Says.DENIES_IF, "aws:SourceVpce is not vpce-9")
    assert phrase(to_json(found.decision.only_if)) == "aws:SourceVpce is vpce-9"


def test_a_context_key_that_is_given_is_no_longer_free() -> None:
    made = graph(bucket=policy(only_through("vpce-9")))
    inside, outside = ask(made, aws__SourceVpce=("vpce-9",)), ask(made, aws__sourcevpce=("vpce-2",))
    assert (inside.decision.effect, inside.decision.only_if) == (Effect.ALLOWED, TRUE)
    assert outside.decision.effect is Effect.EXPLICITLY_DENIED
    assert (vote(outside, "resource_policy").says, outside.decision.blocked_by) == (Says.DENIES, ("resource_policy",))
    assert outside.known["aws:sourcevpce"] == ("vpce-2",)


def test_a_key_given_in_another_case_replaces_what_would_follow() -> None:
    found = ask(graph(), aws__securetransport=("false",))
    assert [(key, found.known[key]) for key in found.known if key.lower() == "aws:securetransport"] == [
        ("aws:securetransport", ("false",))
    ]


def test_a_key_with_two_values_is_multi_valued() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    own = [{"name": "own", "document": policy({**ANY, "Condition": condition})}]
    made = graph(identity=own)
    assert ask(made, aws__TagKeys=("a", "b")).decision.effect is Effect.ALLOWED
    assert ask(made, aws__TagKeys=("a", "c")).decision.effect is Effect.IMPLICITLY_DENIED


def test_where_only_an_endpoint_passes_its_policy_votes_too() -> None:
    closed = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"})
    made = graph(bucket=policy(only_through("vpce-1")), endpoint=closed)
    found = ask(made)
    assert (vote(found, "endpoint").says, found.decision.effect) == (Says.SILENT, Effect.IMPLICITLY_DENIED)
    assert ask(made, action="s3:PutObject").decision.effect is Effect.ALLOWED
    given = ask(made, aws__SourceVpce=("vpce-1",))
    assert (given.decision.effect, given.decision.blocked_by) == (Effect.IMPLICITLY_DENIED, ("endpoint",))


def test_an_endpoint_that_was_not_read_leaves_an_upper_bound() -> None:
    found = ask(graph(), aws__SourceVpce=("vpce-foreign",))
    assert vote(found, "endpoint").says is Says.UNREAD
    assert [one.permission for one in found.decision.unless] == ["ec2:DescribeVpcEndpoints"]


def test_what_was_not_read_says_so_and_which_permission_settles_it() -> None:
    found = ask(graph(identity=DENIED, account={"organization": DENIED}))
    assert {layer: vote(found, layer).says for layer in ("scp", "rcp", "identity")} == dict.fromkeys(
        ("scp", "rcp", "identity"), Says.UNREAD
    )
    assert found.decision.effect is Effect.UNDETERMINED
    assert [one.permission for one in found.decision.missing] == ["x:Read"]


def test_a_statement_that_is_not_understood_is_named() -> None:
    own = [{"name": "own", "document": policy({**ANY, "Condition": {"Quaint": {"k:k": "v"}}})}]
    found = ask(graph(identity=own))
    assert [one.permission for one in vote(found, "identity").missing] == ["identity/own/Statement/0"]
    assert found.decision.effect is Effect.UNDETERMINED


def test_a_boundary_that_does_not_allow_is_what_blocks() -> None:
    limit = {"arn": "arn:b", "document": policy({**ANY, "Action": "s3:PutObject"})}
    found = ask(graph(boundary=limit))
    assert (vote(found, "boundary").says, found.decision.blocked_by) == (Says.SILENT, ("boundary",))


def test_a_key_policy_that_names_the_account_leaves_it_to_the_accounts_policies() -> None:
    delegating = policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"})
    found = ask(graph(key=delegating), action="kms:Decrypt", resource=KEY)
    assert vote(found, "resource_policy").says is Says.DELEGATES
    assert found.decision.effect is Effect.ALLOWED
    assert vote(found, "grants").says is Says.ABSENT
    assert found.known["aws:ResourceTag/team"] == ("a",)


def test_a_role_trust_policy_decides_who_takes_it() -> None:
    trust = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    made = graph(trust=trust)
    assert ask(made, "ec2.amazonaws.com", "sts:AssumeRole", ROLE).decision.effect is Effect.ALLOWED
    assert ask(made, "lambda.amazonaws.com", "sts:AssumeRole", ROLE).decision.effect is Effect.IMPLICITLY_DENIED


def test_the_root_user_has_what_no_policy_takes_away() -> None:
    made = graph(bucket=policy(only_through("vpce-9")))
    for name in (ROOT, A):
        found = ask(made, name, "s3:PutBucketPolicy", BUCKET)
        assert (vote(found, "identity").says, found.decision.effect) == (Says.ALLOWS, Effect.ALLOWED)


def test_a_denial_that_does_not_count_is_not_shown() -> None:
    denied = policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"})
    found = ask(graph(bucket=denied), ROOT, "s3:PutBucketPolicy", BUCKET)
    assert (vote(found, "resource_policy").says, vote(found, "resource_policy").statements) == (Says.SILENT, ())
    assert found.decision.effect is Effect.ALLOWED


def test_a_session_has_its_roles_policies_and_its_own_name() -> None:
    session = f"arn:aws:sts::{A}:assumed-role/brokers/i-1"
    found = ask(graph(), session)
    assert found.decision.effect is Effect.ALLOWED
    assert found.known["aws:userid"] == ("AROA1:i-1",)
    assert found.known["aws:PrincipalArn"] == (ROLE,)
    assert found.said(vote(found, "identity").statements[0]) == (ANY,)


def test_a_principal_of_an_account_that_was_not_walked_has_limits_that_were_not_read() -> None:
    opened = policy({"Effect": "Allow", "Principal": {"AWS": VENDOR}, "Action": "s3:*", "Resource": f"{BUCKET}/*"})
    found = ask(graph(bucket=opened), VENDOR)
    assert {vote(found, layer).says for layer in ("scp", "identity", "boundary")} == {Says.UNREAD}
    assert found.decision.effect is Effect.ALLOWED
    assert [one.layer for one in found.decision.unless] == ["identity"]


def test_anyone_is_stopped_by_block_public_access() -> None:
    opened = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"})
    found = ask(graph(bucket=opened), "*")
    assert vote(found, "resource_policy").says is Says.ALLOWS
    assert vote(found, "block_public_access").says is Says.SILENT
    assert "block_public_access" in found.decision.blocked_by


def test_a_resource_that_was_not_walked_has_a_policy_that_was_not_read() -> None:
    queue = f"arn:aws:sqs:{REGION}:{A}:queue"
    found = ask(graph(identity=[]), action="sqs:SendMessage", resource=queue)
    assert (vote(found, "resource_policy").says, found.decision.effect) == (Says.UNREAD, Effect.UNDETERMINED)
    instance = f"arn:aws:ec2:{REGION}:{A}:instance/i-1"
    assert ask(graph(identity=[]), action="ec2:StartInstances", resource=instance).decision.effect is (
        Effect.IMPLICITLY_DENIED
    )


def test_what_cannot_be_asked_is_refused() -> None:
    made = graph()
    with pytest.raises(UsageError, match="does not say whose it is"):
        ask(made, "ec2.amazonaws.com", resource="arn:aws:s3:::elsewhere/k")
    with pytest.raises(UsageError, match="is not in its account, which was walked"):
        ask(made, f"arn:aws:iam::{A}:role/nobody")
    with pytest.raises(UsageError, match="is no principal"):
        ask(made, "nobody")


def test_a_role_that_a_listing_could_have_hidden_is_not_denied() -> None:
    made = graph()
    made.add(Gap((NodeKind.ROLE,), A, "global", "iam:ListRoles", DENIED))
    assert ask(made, f"arn:aws:iam::{A}:role/unseen").decision.effect is Effect.UNDETERMINED
