from __future__ import annotations

from typing import Any

import pytest

from audit.access.who_can import derive, foreign_nodes, who_can
from audit.model.contract import Privilege
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, Gap, Node, NodeKind

A, REGION = "111111111111", "us-east-1"
BUCKET, KEY = "arn:aws:s3:::records", f"arn:aws:kms:{REGION}:{A}:key/k1"
ROLE, READER = f"arn:aws:iam::{A}:role/brokers", f"arn:aws:iam::{A}:role/reader"
ROOT, VENDOR = f"arn:aws:iam::{A}:root", "arn:aws:iam::222222222222:role/vendor"
NOW = "2026-06-01T00:00:00Z"
EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def say(effect: str, action: Any, resource: Any, principal: Any = None, condition: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": effect, "Action": action, "Resource": resource}
    made |= {} if principal is None else {"Principal": principal}
    return made | ({} if condition is None else {"Condition": condition})


OBJECTS = say("Allow", ["s3:GetObject", "s3:PutObject"], f"{BUCKET}/*")
USES = say("Allow", ["kms:Decrypt", "kms:GenerateDataKey"], KEY)
DELEGATES = policy(say("Allow", "kms:*", "*", {"AWS": ROOT}))
PINNED = policy(
    say(
        "Deny",
        "s3:PutObject",
        f"{BUCKET}/*",
        "*",
        {
            "Null": {"s3:x-amz-server-side-encryption": "false"},
            "ArnNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY},
        },
    )
)
CLOSED = {"RestrictPublicBuckets": True, "IgnorePublicAcls": True}


def role(arn: str, *statements: dict[str, Any], **more: Any) -> Node:
    facts: dict[str, Any] = {
        "trust": policy(EC2),
        "identity": [{"name": "own", "arn": None, "document": policy(*statements)}],
        "boundary": None,
        "tags": {},
        "unique_id": "AROA" + arn[-4:].upper(),
        **more,
    }
    return Node(arn, NodeKind.ROLE, arn.rpartition("/")[2], A, "global", facts, ("iam-record",))


def graph(*nodes: Node, bucket: dict[str, Any] | None = None, key: dict[str, Any] | None = None) -> BoundaryGraph:
    made = BoundaryGraph()
    made.add(Node(A, NodeKind.ACCOUNT, A, A, "global", {"organization": None, "s3_public_access_block": None}))
    made.add(Node(ROOT, NodeKind.ROOT_USER, "root", A, "global"))
    encryption = {"algorithm": "aws:kms", "key": KEY, "bucket_key": True, "blocked": []}
    facts: dict[str, Any] = {
        "policy": PINNED,
        "public_access_block": CLOSED,
        "ownership": "BucketOwnerEnforced",
        "acl": [],
        "acl_owner": "o",
        "encryption": encryption,
        "location": REGION,
        "tags": {},
    }
    made.add(Node(BUCKET, NodeKind.BUCKET, "records", A, REGION, {**facts, **(bucket or {})}, ("s3-record",)))
    facts = {"policy": DELEGATES, "grants": [], "tags": {}, "aliases": [], "manager": "CUSTOMER"}
    made.add(Node(KEY, NodeKind.KEY, "k1", A, REGION, {**facts, **(key or {})}, ("kms-record",)))
    for node in nodes:
        made.add(node)
    return made


def found(made: BoundaryGraph, privilege: Privilege = Privilege.READ, on: str = BUCKET) -> dict[str, dict[str, Any]]:
    return {
        access.principal: dict(access.edge().properties)
        for access in who_can(made, on, privilege, now=NOW)
        if access.principal != ROOT
    }


def test_reading_takes_the_object_and_its_key() -> None:
    both, object_alone = role(ROLE, OBJECTS, USES), role(READER, OBJECTS)
    assert {name: one["decision"] for name, one in found(graph(both, object_alone)).items()} == {ROLE: "allowed"}


def test_writing_takes_generating_a_key_unless_another_encryption_may_be_chosen() -> None:
    writer = role(READER, OBJECTS)
    assert READER not in found(graph(writer), Privilege.WRITE)
    assert found(graph(writer, bucket={"policy": None}), Privilege.WRITE)[READER]["decision"] == "allowed"


def test_where_the_bucket_does_not_insist_on_its_key_an_object_may_have_another() -> None:
    made = graph(role(ROLE, OBJECTS, USES), role(READER, OBJECTS), bucket={"policy": None})
    answers = found(made)
    assert answers[ROLE]["unless"] == [{"layer": "object_encryption", "permission": "s3:GetObject"}]
    assert answers[READER]["decision"] == "undetermined"


@pytest.mark.parametrize("permission", ["s3:GetEncryptionConfiguration", "kms:ListAliases"])
def test_without_the_buckets_encryption_or_the_key_that_its_name_means_a_key_may_deny(permission: str) -> None:
    made = graph(role(ROLE, OBJECTS), bucket={"encryption": Unknown(permission, "AccessDenied", "r")})
    assert found(made)[ROLE]["unless"] == [{"layer": "encryption", "permission": permission}]


def test_the_key_is_asked_through_s3_with_the_bucket_as_context() -> None:
    condition = {
        "StringEquals": {
            "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": BUCKET,
            "kms:CallerAccount": A,
        }
    }
    key = {"policy": policy(say("Allow", "kms:Decrypt", "*", {"AWS": ROLE}, condition))}
    made = graph(role(ROLE, OBJECTS), key=key)
    assert found(made)[ROLE]["only_if"] is None
    assert found(made, on=KEY)[ROLE]["decision"] == "allowed"
    assert found(made, on=KEY)[ROLE]["only_if"] is not None
    without = {"algorithm": "aws:kms", "key": KEY, "bucket_key": False, "blocked": []}
    assert found(graph(role(ROLE, OBJECTS), key=key, bucket={"encryption": without})) == {}


def test_a_boundary_cuts_off_what_the_identity_policy_gives() -> None:
    boundary = {"arn": "b", "document": policy(say("Allow", "ec2:*", "*"))}
    assert found(graph(role(ROLE, OBJECTS, USES, boundary=boundary))) == {}


def test_an_unread_boundary_or_scp_leaves_an_upper_bound() -> None:
    unread = Unknown("iam:GetPolicyVersion", "AccessDenied", "r")
    made = graph(role(ROLE, OBJECTS, USES, boundary={"arn": "b", "document": unread}))
    assert found(made)[ROLE]["unless"] == [{"layer": "boundary", "permission": "iam:GetPolicyVersion"}]
    scp = Unknown("organizations:ListPolicies", "AccessDenied", "r")
    organization = {"Id": "o-1", "MasterAccountId": "999999999999"}
    made = graph(role(ROLE, OBJECTS, USES))
    made.add(Node(A, NodeKind.ACCOUNT, A, A, "global", {"organization": organization, "scp": scp, "rcp": None}))
    assert found(made)[ROLE]["unless"] == [{"layer": "scp", "permission": "organizations:ListPolicies"}]
    managing = {"Id": "o-1", "MasterAccountId": A}
    made.add(Node(A, NodeKind.ACCOUNT, A, A, "global", {"organization": managing}))
    assert found(made)[ROLE]["unless"] == []


@pytest.mark.parametrize(
    ("where", "permission"),
    [
        ({"bucket": {"policy": Unknown("s3:GetBucketPolicy", "AccessDenied", "r")}}, "s3:GetBucketPolicy"),
        ({"key": {"policy": Unknown("kms:GetKeyPolicy", "AccessDenied", "r")}}, "kms:GetKeyPolicy"),
        ({"key": {"grants": Unknown("kms:ListGrants", "AccessDenied", "r")}}, "kms:ListGrants"),
    ],
)
def test_an_unread_document_that_could_grant_leaves_it_undetermined(where: dict[str, Any], permission: str) -> None:
    made = graph(role(READER, say("Allow", "s3:GetObject", f"{BUCKET}/*")), role(ROLE), **where)
    answers = found(made) if "key" in where else {ROLE: found(made)[ROLE]}
    assert all(one["decision"] == "undetermined" and permission in one["missing"] for one in answers.values())
    assert answers


def test_an_unread_listing_of_principals_stands_for_whom_it_would_show() -> None:
    made = graph()
    gap = Unknown("iam:GetAccountAuthorizationDetails", "AccessDenied", "r")
    made.add(Gap((NodeKind.ROLE, NodeKind.USER), A, "global", "iam:GetAccountAuthorizationDetails", gap))
    answer = found(made)[A]
    assert (answer["decision"], answer["missing"]) == ("undetermined", ["iam:GetAccountAuthorizationDetails"])


def test_a_vendor_window_is_dated_and_limited_to_its_prefixes() -> None:
    until = {"DateLessThan": {"aws:CurrentTime": "2026-07-01T00:00:00Z"}}
    bucket = policy(*PINNED["Statement"], say("Allow", "s3:GetObject", f"{BUCKET}/logs/*", {"AWS": VENDOR}, until))
    key = policy(*DELEGATES["Statement"], say("Allow", "kms:Decrypt", "*", {"AWS": VENDOR}, until))
    made = graph(bucket={"policy": bucket}, key={"policy": key})
    (access,) = (one for one in who_can(made, BUCKET, Privilege.READ, now=NOW) if one.principal == VENDOR)
    edge = access.edge()
    assert edge.properties["resources"] == [f"{BUCKET}/logs/*"]
    assert [one["layer"] for one in edge.properties["unless"]] == ["identity"]
    assert Citation("s3-record", "bucket_policy", "/Statement/1") in edge.because
    assert VENDOR not in {one.principal for one in who_can(made, BUCKET, Privilege.READ, now="2026-07-02T00:00:00Z")}


def test_an_endpoint_that_does_not_let_a_request_pass_takes_away_what_rests_on_it() -> None:
    deny = say("Deny", "s3:*Object*", f"{BUCKET}/*", "*", {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    bucket = {"policy": policy(*PINNED["Statement"], deny)}
    endpoint = f"arn:aws:ec2:{REGION}:{A}:vpc-endpoint/vpce-1"

    def asked(document: Any) -> dict[str, Any]:
        made = graph(role(ROLE, OBJECTS, USES), bucket=bucket)
        if document is not None:
            made.add(Node(endpoint, NodeKind.VPC_ENDPOINT, "vpce-1", A, REGION, {"policy": document}, ("ec2-record",)))
        return found(made)

    through = {"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}
    assert asked(policy(say("Allow", "*", "*", "*")))[ROLE]["only_if"] == through
    assert asked(policy(say("Allow", "*", "arn:aws:s3:::other/*", "*"))) == {}
    unread = asked(None)[ROLE]
    assert (unread["only_if"], unread["unless"][0]["layer"]) == (through, "endpoint")


def test_tls_is_taken_for_granted() -> None:
    deny = say("Deny", "s3:*", [BUCKET, f"{BUCKET}/*"], "*", {"Bool": {"aws:SecureTransport": "false"}})
    made = graph(role(ROLE, OBJECTS, USES), bucket={"policy": policy(*PINNED["Statement"], deny)})
    assert found(made)[ROLE]["only_if"] is None


def test_everyone_and_services_are_named_from_the_documents() -> None:
    opens = say("Allow", "s3:GetObject", f"{BUCKET}/*", "*")
    plain = {"encryption": {"algorithm": "AES256", "key": None, "bucket_key": False, "blocked": []}}
    open_ = {"public_access_block": None, **plain, "policy": policy(opens)}
    assert found(graph(bucket=open_))["*"]["decision"] == "allowed"
    assert "*" not in found(graph(bucket={**open_, "public_access_block": CLOSED}))
    narrowed = say("Allow", "s3:GetObject", f"{BUCKET}/*", "*", {"StringEquals": {"aws:PrincipalAccount": A}})
    assert "*" not in found(graph(bucket={**open_, "policy": policy(narrowed)}))
    source = {"StringEquals": {"aws:SourceAccount": A}}
    service = say("Allow", "s3:PutObject", f"{BUCKET}/*", {"Service": "logs.amazonaws.com"}, source)
    answers = found(graph(bucket={**plain, "policy": policy(service)}), Privilege.WRITE)
    assert answers["logs.amazonaws.com"]["only_if"] == {
        "operator": "StringEquals",
        "key": "aws:SourceAccount",
        "values": [A],
    }


def test_a_grant_gives_the_key_and_its_grantee_is_named() -> None:
    grants = [
        {"GrantId": "g1", "GranteePrincipal": READER, "Operations": ["Decrypt"]},
        {"GrantId": "g2", "GranteePrincipal": VENDOR, "Operations": ["Decrypt"]},
    ]
    answers = found(graph(role(READER), key={"grants": grants}), on=KEY)
    assert answers[READER]["unless"] == []
    assert answers[VENDOR]["unless"][0]["layer"] == "identity"


def test_the_root_user_administers_its_bucket_whatever_the_policy_denies() -> None:
    deny = policy(say("Deny", "s3:*", [BUCKET, f"{BUCKET}/*"], "*"))
    made = graph(bucket={"policy": deny})
    (access,) = who_can(made, BUCKET, Privilege.ADMINISTER)
    assert (access.principal, access.actions) == (ROOT, ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"))
    keyless = graph(key={"policy": policy(say("Allow", "kms:*", "*", {"AWS": ROLE}))})
    assert who_can(keyless, KEY, Privilege.ADMINISTER) == []


def test_destroying_includes_the_settings_that_let_aws_delete() -> None:
    lifecycle = role(READER, say("Allow", "s3:PutLifecycleConfiguration", BUCKET))
    assert found(graph(lifecycle), Privilege.DESTROY)[READER]["actions"] == ["s3:PutLifecycleConfiguration"]
    key = role(READER, say("Allow", "kms:DisableKey", KEY))
    assert READER in found(graph(key), Privilege.DESTROY, KEY)


def test_lists_count_only_where_ownership_is_not_enforced() -> None:
    acl = [{"Grantee": {"Type": "CanonicalUser", "ID": "stranger"}, "Permission": "FULL_CONTROL"}]
    assert "stranger" not in found(graph(bucket={"acl": acl}), Privilege.WRITE)
    open_ = graph(bucket={"acl": acl, "ownership": "ObjectWriter"})
    assert found(open_, Privilege.WRITE)["stranger"]["decision"] == "allowed"
    assert found(open_)["*"]["missing"] == ["s3:GetObjectAcl"]


def test_session_tags_are_free_where_the_trust_lets_them_be_chosen() -> None:
    tagged = say("Allow", "s3:GetObject", f"{BUCKET}/*", None, {"StringEquals": {"aws:PrincipalTag/team": "a"}})
    plain = {"encryption": {"algorithm": "AES256", "key": None}}
    assert found(graph(role(ROLE, tagged), bucket=plain)) == {}
    assert found(graph(role(ROLE, tagged, tags={"team": "a"}), bucket=plain))[ROLE]["only_if"] is None
    trust = policy({**EC2, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    free = found(graph(role(ROLE, tagged, tags={"team": "b"}, trust=trust), bucket=plain))[ROLE]
    assert free["only_if"] == {"operator": "StringEquals", "key": "aws:PrincipalTag/team", "values": ["a"]}


def test_derive_gives_edges_with_records_and_nodes_for_their_sources() -> None:
    service = say("Allow", "s3:PutObject", f"{BUCKET}/*", {"Service": "logs.amazonaws.com"})
    made = graph(role(ROLE, OBJECTS, USES), bucket={"policy": policy(service)})
    edges = list(derive(made, [BUCKET, KEY], now=NOW))
    (read,) = (e for e in edges if (e.source, e.kind, e.target) == (ROLE, EdgeKind.CAN_READ, BUCKET))
    assert read.records == ("iam-record", "s3-record")
    assert Citation("iam-record", "identity/own", "/Statement/0") in read.because
    assert {edge.kind for edge in edges} == {
        EdgeKind.CAN_READ,
        EdgeKind.CAN_WRITE,
        EdgeKind.CAN_DESTROY,
        EdgeKind.CAN_ADMINISTER,
    }
    assert [node.id for node in foreign_nodes(made, edges)] == ["logs.amazonaws.com"]
    assert all(isinstance(edge, Edge) and edge.properties["through"] == [] for edge in edges)
    for edge in edges:
        made.add(edge)
    assert made.to_json()["edges"]


def test_what_holds_no_records_is_refused() -> None:
    with pytest.raises(UsageError, match="no bucket"):
        who_can(graph(), ROOT, Privilege.READ)


def test_a_buckets_tags_count_only_where_the_bucket_uses_them_for_access() -> None:
    """The page "Enabling ABAC in general purpose buckets"."""
    tagged = say("Allow", "s3:PutBucketPolicy", BUCKET, condition={"StringEquals": {"aws:ResourceTag/team": "data"}})
    ruler, tags = role(ROLE, tagged), {"team": "data"}

    def ruled(**facts: Any) -> dict[str, dict[str, Any]]:
        return found(graph(ruler, bucket={"policy": None, **facts}), Privilege.ADMINISTER)

    assert ruled(abac="Enabled", tags=tags)[ROLE]["only_if"] is None
    assert ROLE not in ruled(abac="Enabled", tags={"team": "web"})
    assert ROLE not in ruled(abac="Disabled", tags=tags)
    assert ruled(abac=Unknown("s3:GetBucketAbac", "AccessDenied", ""), tags=tags)[ROLE]["only_if"] is not None
