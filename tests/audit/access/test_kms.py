"""AWS page "Grants in AWS KMS"."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access import kms
from audit.access.context import Context
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque
from audit.access.matching import Request
from audit.access.policy import unread
from audit.access.principals import Principal

ROLE = "arn:aws:iam::111111111111:role/r"
KEY = "arn:aws:kms:us-east-1:111111111111:key/k"


def asked(grant: dict[str, Any], action: str = "kms:Decrypt", who: str = ROLE, **context: Any) -> Expr:
    request = Request(Principal.read(who), action, KEY, "111111111111", Context.of(context.get("context", {})))
    return kms.vote(({"GrantId": "g", "GranteePrincipal": ROLE, "Operations": ["Decrypt"], **grant},), request)[0]


@pytest.mark.parametrize(
    ("grant", "action", "expected"),
    [
        ({}, "kms:Decrypt", TRUE),
        ({}, "kms:decrypt", TRUE),
        ({}, "kms:Encrypt", FALSE),
        ({}, "s3:Decrypt", FALSE),
        ({"GranteePrincipal": "arn:aws:iam::111111111111:role/s"}, "kms:Decrypt", FALSE),
        ({"RetiringPrincipal": ROLE}, "kms:RetireGrant", TRUE),
        ({"Constraints": {"EncryptionContextSubset": {"a": "1"}}}, "kms:Decrypt", FALSE),
        ({"Constraints": {"EncryptionContextSubset": {}}}, "kms:Decrypt", TRUE),
        (
            {"Operations": ["DescribeKey"], "Constraints": {"EncryptionContextSubset": {"a": "1"}}},
            "kms:DescribeKey",
            TRUE,
        ),
    ],
)
def test_a_grant_gives_its_operations_to_its_grantee(grant: dict[str, Any], action: str, expected: Expr) -> None:
    assert asked(grant, action) == expected


def test_constraints_compare_the_encryption_context() -> None:
    subset = {"Constraints": {"EncryptionContextSubset": {"a": "1"}}}
    equals = {"Constraints": {"EncryptionContextEquals": {"a": "1"}}}
    both = {
        "kms:EncryptionContext:a": "1",
        "kms:EncryptionContext:b": "2",
        "kms:EncryptionContextKeys": ["a", "b"],
    }
    assert asked(subset, context=both) == TRUE
    assert asked(equals, context=both) == FALSE
    assert asked(equals, context={"kms:EncryptionContext:A": "1", "kms:EncryptionContextKeys": "A"}) == TRUE


def test_a_free_context_leaves_a_rest_and_an_unknown_constraint_a_doubt() -> None:
    request = Request(Principal.read(ROLE), "kms:Decrypt", KEY, "111111111111", Context({}, free=True))
    grant = {
        "GranteePrincipal": ROLE,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"a": "*"}},
    }
    allowed, causes = kms.vote((grant,), request)
    assert isinstance(allowed, Leaf)
    assert [cause.policy for cause in causes] == ["grants/0"]
    assert isinstance(asked({"Constraints": {"Moonphase": "full"}}), Opaque)
    assert isinstance(kms.vote(unread("grants", "kms:ListGrants"), request)[0], Opaque)


def test_a_service_may_be_the_grantee() -> None:
    grant = {"GranteePrincipal": "dynamodb.us-east-1.amazonaws.com"}
    assert asked(grant, who="dynamodb.us-east-1.amazonaws.com") == TRUE
