"""The boundary: names in sentences, NAMEs in commands, and what rests on an unreviewed contract."""

from __future__ import annotations

import pytest

from audit.boundary import Boundary, derive
from audit.model.contract import BoundaryContract, Bucket, Key, Network, Owner, Principal, Privilege
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, EdgeKind, Gap, Node, NodeKind
from audit.model.verdict import Claim, Verdict

ACCOUNT, REGION, NOW = "111111111111", "us-east-1", "2026-06-01T00:00:00Z"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/brokers"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
GROUP = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1"
CONTRACT = BoundaryContract(
    environment_id="env",
    account=ACCOUNT,
    region=REGION,
    buckets={"data-bucket": Bucket(name="data", holds="records")},
    keys={"data-key": Key(arn=KEY, protects="records")},
    principals={"data-plane": Principal(arn=ROLE, does="brokers", may={"data-bucket": (Privilege.READ,)})},
    network=Network(vpc="vpc-1", security_groups={"broker-group": "sg-1"}),
)


def _boundary(*nodes: Node, contract: BoundaryContract = CONTRACT) -> Boundary:
    graph = BoundaryGraph()
    for node in nodes:
        graph.add(node)
    return Boundary(graph, contract, NOW)


def _node(node_id: str, name: str, kind: NodeKind = NodeKind.BUCKET, account: str = ACCOUNT) -> Node:
    return Node(node_id, kind, name, account, REGION)


def test_every_part_of_the_contract_gives_its_node_a_role() -> None:
    assert _boundary().roles == {
        "arn:aws:s3:::data": "data-bucket",
        KEY: "data-key",
        ROLE: "data-plane",
        GROUP: "broker-group",
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1": "vpc",
    }


def test_names_are_of_the_contract_s_partition() -> None:
    boundary = _boundary(contract=CONTRACT.model_copy(update={"partition": "aws-cn"}))

    assert boundary.bucket_id(CONTRACT.buckets["data-bucket"]) == "arn:aws-cn:s3:::data"
    assert boundary.ec2("vpc/vpc-1").startswith("arn:aws-cn:ec2:")


@pytest.mark.parametrize(
    ("node_id", "label"),
    [
        ("arn:aws:s3:::data", "data-bucket (data)"),
        (ROLE, "data-plane (brokers)"),
        ("arn:aws:s3:::other", "other"),
        (f"arn:aws:iam::{ACCOUNT}:user/sam", "sam"),
        ("logs.us-east-1.amazonaws.com", "logs.us-east-1.amazonaws.com"),
        ("internet", "internet"),
    ],
)
def test_a_label_is_the_role_and_the_name_or_what_is_known(node_id: str, label: str) -> None:
    assert _boundary(_node("arn:aws:s3:::data", "data")).label(node_id) == label


def test_a_role_that_is_also_the_name_is_said_once() -> None:
    contract = CONTRACT.model_copy(update={"buckets": {"data": Bucket(name="data", holds="records")}})

    assert _boundary(_node("arn:aws:s3:::data", "data"), contract=contract).label("arn:aws:s3:::data") == "data"


@pytest.mark.parametrize("name", ["arn:aws:s3:::data", "data-bucket", "data"])
def test_a_name_is_an_arn_a_role_or_a_physical_name(name: str) -> None:
    node = _node("arn:aws:s3:::data", "data")

    assert _boundary(node, _node("arn:aws:s3:::other", "other")).resolve(name) == [node]


def test_a_name_of_several_things_gives_every_one() -> None:
    one, two = _node("arn:aws:s3:::x", "x"), _node(f"arn:aws:iam::{ACCOUNT}:role/x", "x", NodeKind.ROLE)

    assert _boundary(one, two).resolve("x") == [two, one]


@pytest.mark.parametrize("name", ["nothing", "data-bucket", "arn:aws:s3:::data"])
def test_what_the_graph_lacks_is_found_under_no_name(name: str) -> None:
    assert _boundary().resolve(name) == []


@pytest.mark.parametrize("verdict", [Verdict.BROKEN, Verdict.HOLDS])
def test_a_claim_on_an_inferred_line_is_not_known_and_keeps_its_proof(verdict: Verdict) -> None:
    claim = Claim(verdict, "owned", "s", "it is so", (), ("record",))
    inferred = Owner(team="t", contact="c", reviewed=False)
    found = _boundary().rests_on(claim, Owner(team="t", contact="c"), inferred, None)

    assert (found.verdict, found.reason, found.evidence) == (Verdict.UNKNOWN, "not_reviewed", ("record",))
    assert "it is so" in found.text


def test_a_claim_on_reviewed_lines_and_an_unknown_one_stay_as_they_are() -> None:
    claim = Claim(Verdict.HOLDS, "owned", "s", "it is so")
    unknown = Claim(Verdict.UNKNOWN, "unreadable", "s", "not read")

    assert _boundary().rests_on(claim, Owner(team="t", contact="c"), None) is claim
    assert _boundary().rests_on(unknown, Owner(team="t", contact="c", reviewed=False)) is unknown


def test_a_claim_on_the_whole_contract_rests_on_each_of_its_lines() -> None:
    claim = Claim(Verdict.BROKEN, "missing_owner", "quota", "nobody owns quota")
    drafted = CONTRACT.model_copy(update={"buckets": {"d": Bucket(name="d", holds="x", reviewed=False)}})

    assert _boundary().rests_on(claim, CONTRACT) is claim
    assert _boundary().rests_on(claim, drafted).reason == "not_reviewed"


def _graph(*more: Node | Gap) -> BoundaryGraph:
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
    document = {"Version": "2012-10-17", "Statement": [read]}
    reader = {"trust": {}, "identity": [{"name": "own", "document": document}], "boundary": None, "tags": {}}
    closed = {"policy": None, "public_access_block": None, "ownership": "BucketOwnerEnforced", "acl": [], "tags": {}}
    graph = BoundaryGraph()
    for element in (
        Node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, ACCOUNT, "", {"organization": None, "s3_public_access_block": None}),
        Node(ROLE, NodeKind.ROLE, "brokers", ACCOUNT, "", {**reader, "unique_id": "AROA1"}),
        *more,
        Node("arn:aws:s3:::data", NodeKind.BUCKET, "data", ACCOUNT, REGION, {**closed, "encryption": None}),
    ):
        graph.add(element)
    return graph


def test_deriving_adds_who_can_what_to_the_contract_s_stores() -> None:
    boundary = derive(_graph(), CONTRACT, NOW)
    edges = list(boundary.graph.edges(EdgeKind.CAN_READ, target="arn:aws:s3:::data"))

    assert [(edge.source, edge.properties["decision"]) for edge in edges] == [(ROLE, "allowed")]
    assert edges[0].because[0].document == "identity/own"


def test_a_store_that_nobody_listed_has_no_derived_edges() -> None:
    graph = _graph()
    graph.nx.remove_node("arn:aws:s3:::data")
    graph.add(Node("arn:aws:s3:::data", NodeKind.BUCKET, "data", "", ""))
    boundary = derive(graph, CONTRACT, NOW)

    assert not boundary.placed("arn:aws:s3:::data")
    assert list(boundary.graph.edges(EdgeKind.CAN_READ)) == []


def test_unlisted_principals_are_named_by_their_account() -> None:
    gap = Gap((NodeKind.ROLE, NodeKind.USER), ACCOUNT, REGION, "iam:List", Unknown("iam:List", "AccessDenied", "r"))
    boundary = derive(_graph(gap), CONTRACT, NOW)
    edges = list(boundary.graph.edges(EdgeKind.CAN_READ, source=ACCOUNT))

    assert [(edge.properties["decision"], edge.properties["missing"]) for edge in edges] == [
        ("undetermined", ["iam:List"])
    ]


def test_the_contract_s_region_and_the_moment_of_judging_bear_on_a_principal_s_own_power() -> None:
    early = {"DateLessThan": {"aws:CurrentTime": "2026-05-01T00:00:00Z"}}
    here = {"StringEquals": {"aws:RequestedRegion": REGION}}
    statements = [
        {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": early},
        {"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Condition": here},
    ]
    facts = {"trust": {}, "identity": [{"name": "own", "document": {"Statement": statements}}], "boundary": None}
    node = Node(ROLE, NodeKind.ROLE, "brokers", ACCOUNT, "", {**facts, "tags": {}, "unique_id": "AROA1"})
    boundary = _boundary(Node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, ACCOUNT, "", {"organization": None}), node)
    resource = boundary.ec2("instance/i-1")

    assert not boundary.power_of(node, "ec2:StopInstances", resource, {}).given
    assert boundary.power_of(node, "ec2:StartInstances", resource, {}).certain
