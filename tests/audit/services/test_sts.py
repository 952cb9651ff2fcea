from __future__ import annotations

from audit.services import sts


def test_the_caller_is_asked_for_once_an_account() -> None:
    (row,) = sts.ROWS

    assert (row.name, row.scope, row.parent) == ("sts:GetCallerIdentity", "global", None)
    assert row.absent == frozenset()
