"""Who can do what, on a console and as JSON: direct, through others, an upper bound, not known."""

from __future__ import annotations

import io
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from audit.boundary import Boundary
from audit.model.contract import BoundaryContract, Privilege
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, Node, NodeKind
from audit.report import access, access_text, schemas
from audit.report.access import Standing, standing

A, REGION, NOW = "111111111111", "us-east-1", "2026-06-01T00:00:00Z"
BUCKET, ROOT = "arn:aws:s3:::data", f"arn:aws:iam::{A}:root"
CONSOLE, DEPLOY, BROKERS = (f"arn:aws:iam::{A}:role/{name}" for name in ("console", "deploy", "brokers"))
THROUGH = {"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}
SCP = {"layer": "scp", "permission": "organizations:DescribeOrganization"}
CITED = {"record": "c" * 64, "document": "identity/own", "pointer": "/Statement/4"}
PASSES = {
    "source": CONSOLE, "primitive": "lambda-create-function", "target": DEPLOY, "via": None, "only_if": None,
    "because": [CITED],
}  # fmt: skip
TAKES = {
    "source": DEPLOY, "primitive": "unheard-of", "target": BROKERS, "via": f"arn:aws:lambda:{REGION}:{A}:function:f",
    "only_if": {"operator": "Bool", "key": "aws:MultiFactorAuthPresent", "values": ["true"]}, "because": [],
}  # fmt: skip


def edge(source: str = BROKERS, decision: str = "allowed", **properties: Any) -> Edge:
    said = {
        "decision": decision,
        "only_if": None,
        "unless": [],
        "missing": [],
        "through": [],
        "actions": ["s3:GetObject"],
    }
    because = (Citation("a" * 64, "identity/own", "/Statement/0"), Citation("a" * 64, "identity/own", "/Statement/2"))
    return Edge(source, BUCKET, EdgeKind.CAN_READ, {**said, "resources": [], **properties}, ("r",), because)


def boundary(*edges: Edge, **emulated: str) -> Boundary:
    graph = BoundaryGraph()
    for role in (CONSOLE, DEPLOY, BROKERS):
        graph.add(Node(role, NodeKind.ROLE, role.rpartition("/")[2], A, "global"))
    graph.add(Node(ROOT, NodeKind.ROOT_USER, "root", A, "global"))
    graph.add(Node(BUCKET, NodeKind.BUCKET, "data", A, REGION))
    for one in edges:
        graph.add(one)
    graph.emulated |= {name.replace("__", ":"): why for name, why in emulated.items()}
    contract = {
        "format": "byoc-contract/1", "environment_id": "env", "account": A, "region": REGION,
        "buckets": {"data-bucket": {"name": "data", "holds": "records"}, "gone-bucket": {"name": "gone", "holds": ""}},
        "principals": {"console": {"arn": CONSOLE, "does": "console"}},
    }  # fmt: skip
    return Boundary(graph, BoundaryContract.model_validate(contract), NOW)


def shown(*edges: Edge, width: int = 100, **emulated: str) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False)
    access_text.who_can(boundary(*edges, **emulated), BUCKET, Privilege.READ, edges, console)
    return out.getvalue()


def test_direct_access_is_shown_with_its_proof() -> None:
    assert shown(edge(only_if=THROUGH)) == (
        "Who can read data-bucket (data)?\n"
        "1 only if\n"
        "\n"
        "Only if\n"
        "  brokers\n"
        "    only if aws:SourceVpce is vpce-1\n"
        "    with s3:GetObject\n"
        "    proof: identity/own /Statement/0, /Statement/2 (record aaaaaaaaaaaa)\n"
    )


def test_nobody_is_said() -> None:
    assert shown() == "Who can read data-bucket (data)?\nnobody\n"


@pytest.mark.parametrize("through", [[], [[]]])
def test_no_path_and_an_empty_path_are_direct_access(through: list[Any]) -> None:
    assert standing(edge(through=through)) is Standing.ALWAYS
    assert "through" not in shown(edge(through=through))


def test_a_path_through_others_names_each_hop_and_cites_its_statements() -> None:
    text = shown(edge(CONSOLE, through=[[PASSES], [PASSES, TAKES]], paths=5))
    flat = " ".join(text.split())
    assert "1 through others\n\nThrough others\n  console\n" in text
    assert (
        "through: console → deploy: creates a function that runs as the role, and invokes it (lambda-create-function)"
        in flat
    )
    assert (
        "(lambda-create-function); then deploy → brokers: unheard-of, on f, only if aws:MultiFactorAuthPresent is true"
    ) in flat
    assert "    and 3 more paths as short\n" in text
    assert "    proof: " not in text
    assert text.count("    proof of console → deploy: identity/own /Statement/4 (record cccccccccccc)\n") == 1


def test_direct_access_beside_a_path_is_direct() -> None:
    both = edge(CONSOLE, through=[[], [PASSES]], only_if=THROUGH)
    assert standing(both) is Standing.ONLY_IF
    assert "through: console → deploy" in shown(both)


def test_what_most_rest_on_is_said_once_and_who_does_not_is_marked() -> None:
    text = shown(edge(unless=[SCP]), edge(DEPLOY, unless=[SCP]), edge(CONSOLE))
    assert " ".join(text.split()).count("unread service control policies") == 1
    assert "organizations:DescribeOrganization would settle it" in text
    assert "  console\n    always, whatever was not read\n" in text


def test_what_an_emulator_cannot_show_asks_for_no_permission() -> None:
    text = shown(edge(unless=[SCP]), organizations__DescribeOrganization="none")
    assert "(no emulator shows it: audit the real account)" in " ".join(text.split())


def test_what_is_not_known_names_the_permission_that_settles_it() -> None:
    text = shown(edge(decision="undetermined", missing=["kms:GetKeyPolicy"]))
    assert "Not known\n  brokers\n    not known: kms:GetKeyPolicy would settle it\n" in text


def test_doubts_of_one_row_stand_in_it() -> None:
    other = {"layer": "object_encryption", "permission": "s3:GetObject"}
    text = shown(edge(unless=[other], missing=["s3:GetBucketAcl"], resources=[f"{BUCKET}/logs/*"]))
    assert f"    of {BUCKET}/logs/*\n    unless an object is encrypted with another key" in text
    assert "    perhaps more: s3:GetBucketAcl would settle it\n" in text


def test_people_and_accounts_are_told_in_words() -> None:
    made = boundary()
    assert access.who(made, ROOT) == f"the root user of {A}"
    assert access.who(made, "*") == "anyone (*)"
    assert access.who(made, A) == f"a principal of account {A} that was not read"
    assert access.who(made, CONSOLE) == "console"
    assert access.who(made, "arn:aws:iam::222222222222:role/x") == "arn:aws:iam::222222222222:role/x"


def test_a_root_user_needs_no_statement() -> None:
    root = Edge(ROOT, BUCKET, EdgeKind.CAN_READ, {"decision": "allowed"})
    assert "proof: a root user has every permission in its own account" in shown(root)


def test_what_a_principal_can_is_listed_by_store_with_what_it_cannot() -> None:
    out = io.StringIO()
    made = boundary(edge(CONSOLE))
    access_text.can(made, CONSOLE, [edge(CONSOLE)], Console(file=out, width=100))
    assert out.getvalue().startswith("What can console do?\n\ndata-bucket (data)\n  read\n    always\n")
    assert out.getvalue().endswith("Not known of gone-bucket: not found in this audit\n")


def test_a_name_from_aws_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in shown(edge(only_if={"operator": "StringEquals", "key": "k:k", "values": ["\x1b[2J"]}))


def test_every_line_fits_the_width() -> None:
    text = shown(edge(CONSOLE, through=[[PASSES, TAKES]]), edge(unless=[SCP], only_if={"or": [THROUGH] * 9}), width=80)
    assert max(map(len, text.splitlines())) <= 80


def test_json_keeps_to_its_schema() -> None:
    edges = [edge(CONSOLE, through=[[PASSES, TAKES]]), edge(decision="undetermined", missing=["a:B"], unless=[SCP])]
    made = boundary(*edges)
    who_can = access.who_can_json(made, BUCKET, Privilege.READ, edges)
    can = access.can_json(made, CONSOLE, edges[:1])
    for content in (who_can, can):
        jsonschema.validate(content, schemas.access())
    assert [row["standing"] for row in who_can["rows"]] == ["through", "undetermined"]
    assert who_can["rows"][0]["through"] == [[PASSES, TAKES]]
    assert who_can["asked"] == {"privilege": "read", "on": {"id": BUCKET, "name": "data", "role": "data-bucket"}}
