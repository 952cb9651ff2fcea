from __future__ import annotations

from typing import Any

import pytest

from audit.access.phrase import phrase


def leaf(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"operator": operator, "key": key, "values": list(values)}


VPCE, MFA = leaf("StringEquals", "aws:SourceVpce", "vpce-1"), leaf("Bool", "aws:MultiFactorAuthPresent", "true")


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (None, ""),
        (VPCE, "aws:SourceVpce is vpce-1"),
        (leaf("StringEquals", "k:k", "a", "b"), "k:k is a or b"),
        (leaf("StringNotLike", "k:k", "a*", "b"), "k:k is not like a* and b"),
        (leaf("DateLessThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"), "aws:CurrentTime is before 2026-12-01T00:00:00Z"),
        (leaf("NumericLessThanEquals", "s3:max-keys", "10"), "s3:max-keys is at most 10"),
        (leaf("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"), "aws:SourceIp is not in 10.0.0.0/8"),
        (leaf("Null", "k:k", "true"), "k:k is absent"),
        (leaf("Null", "k:k", "false"), "k:k is present"),
        (leaf("BoolIfExists", "k:k", "true"), "k:k is true where there is one"),
        (leaf("ForAnyValue:StringEquals", "k:k", "a"), "some value of k:k is a"),
        (leaf("ForAllValues:StringLike", "k:k", "a*"), "every value of k:k is like a*"),
        ({"and": [VPCE, MFA]}, "aws:SourceVpce is vpce-1 and aws:MultiFactorAuthPresent is true"),
        (
            {"or": [{"and": [VPCE, MFA]}, leaf("StringEquals", "k:k", "a")]},
            "(aws:SourceVpce is vpce-1 and aws:MultiFactorAuthPresent is true) or k:k is a",
        ),
        ({"not": leaf("Bool", "k:k", "a", "b")}, "not (k:k is a or b)"),
        (leaf("Quaint", "k:k", "a"), "k:k Quaint a"),
    ],
)  # fmt: skip
def test_an_expression_reads_as_a_phrase(tree: dict[str, Any] | None, says: str) -> None:
    assert phrase(tree) == says
