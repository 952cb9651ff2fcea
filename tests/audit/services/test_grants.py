from __future__ import annotations

from typing import Any

import pytest

from audit.model.graph import Edge, Node, NodeKind
from audit.model.snapshot import AccountEntry
from audit.services.grants import grants, is_walked, statements

ACCOUNT, OTHER = "111122223333", "444455556666"


def _named(world: Any, principal: Any) -> tuple[set[str], dict[str, NodeKind]]:
    policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}]}
    found = list(grants(world.facts(), "b", policy, "record", "bucket_policy"))
    return (
        {element.target for element in found if isinstance(element, Edge)},
        {element.id: element.kind for element in found if isinstance(element, Node)},
    )


@pytest.mark.parametrize(
    ("principal", "target", "kind"),
    [
        ({"AWS": OTHER}, f"arn:aws:iam::{OTHER}:root", NodeKind.FOREIGN_PRINCIPAL),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/r"}, f"arn:aws:iam::{OTHER}:role/r", NodeKind.FOREIGN_PRINCIPAL),
        (
            {"AWS": f"arn:aws:sts::{OTHER}:assumed-role/r/s"},
            f"arn:aws:sts::{OTHER}:assumed-role/r/s",
            NodeKind.FOREIGN_PRINCIPAL,
        ),
        ({"AWS": ACCOUNT}, f"arn:aws:iam::{ACCOUNT}:root", None),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, f"arn:aws:iam::{ACCOUNT}:role/r", None),
        ({"AWS": "AROAEXAMPLEID"}, "AROAEXAMPLEID", None),
        ({"Service": "logs.eu-central-1.amazonaws.com"}, "logs.eu-central-1.amazonaws.com", NodeKind.SERVICE),
        ({"CanonicalUser": "79a59d"}, "79a59d", NodeKind.FOREIGN_PRINCIPAL),
        (
            {"Federated": f"arn:aws:iam::{OTHER}:saml-provider/p"},
            f"arn:aws:iam::{OTHER}:saml-provider/p",
            NodeKind.FOREIGN_PRINCIPAL,
        ),
        ("*", "*", NodeKind.FOREIGN_PRINCIPAL),
    ],
)
def test_each_form_of_a_principal_is_named(world: Any, principal: Any, target: str, kind: NodeKind | None) -> None:
    assert _named(world, principal) == ({target}, {target: kind} if kind else {})


def test_an_account_that_could_not_be_entered_is_foreign(world: Any) -> None:
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER, unreadable={"code": "AccessDenied"}))
    assert not is_walked(world.facts(), OTHER)
    assert _named(world, {"AWS": OTHER})[1] == {f"arn:aws:iam::{OTHER}:root": NodeKind.FOREIGN_PRINCIPAL}


def test_a_walked_account_is_not_foreign(world: Any) -> None:
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER))
    assert _named(world, {"AWS": OTHER})[1] == {}


def test_a_lone_statement_may_stand_without_a_list() -> None:
    assert list(statements({"Statement": {"Effect": "Deny"}})) == [("/Statement", {"Effect": "Deny"})]
    assert list(statements({})) == []
