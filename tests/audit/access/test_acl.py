"""AWS pages "Access control list (ACL) overview", "Controlling ownership of objects and disabling ACLs"."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access.acl import ENFORCED, given
from audit.access.decision import Effect
from audit.access.expression import FALSE, TRUE, Expr, Opaque
from audit.access.named import EVERYONE
from audit.model.contract import Privilege
from audit.model.facts import Unknown

OWNER, OTHER = "a" * 64, "b" * 64
USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def to(permission: str, **grantee: str) -> dict[str, Any]:
    return {"Permission": permission, "Grantee": grantee}


def names(acl: Any, privilege: Privilege, ignored: Expr = FALSE, ownership: Any = "ObjectWriter") -> list[str]:
    return [name for name, _, _ in given(ownership, acl, OWNER, ignored, privilege)]


@pytest.mark.parametrize(
    ("grant", "privilege", "expected"),
    [
        (to("WRITE", ID=OTHER), Privilege.WRITE, [OTHER]),
        (to("FULL_CONTROL", ID=OTHER), Privilege.WRITE, [OTHER]),
        (to("WRITE_ACP", ID=OTHER), Privilege.WRITE, []),
        (to("WRITE_ACP", ID=OTHER), Privilege.ADMINISTER, [OTHER]),
        (to("FULL_CONTROL", ID=OTHER), Privilege.ADMINISTER, [OTHER]),
        (to("WRITE", ID=OTHER), Privilege.ADMINISTER, []),
        (to("READ", ID=OTHER), Privilege.WRITE, []),
        (to("READ_ACP", ID=OTHER), Privilege.ADMINISTER, []),
        (to("FULL_CONTROL", ID=OWNER), Privilege.WRITE, []),
        (to("WRITE", URI=USERS), Privilege.WRITE, [EVERYONE]),
        (to("WRITE", URI=AUTHENTICATED), Privilege.DESTROY, [EVERYONE]),
        (to("WRITE", URI=DELIVERY), Privilege.WRITE, []),
    ],
)
def test_whom_a_bucket_acl_gives_what(grant: dict[str, Any], privilege: Privilege, expected: list[str]) -> None:
    assert names([grant], privilege) == expected


def test_with_the_owner_enforced_no_acl_counts() -> None:
    acl = [to("FULL_CONTROL", URI=USERS), to("FULL_CONTROL", ID=OTHER)]
    assert [names(acl, privilege, ownership=ENFORCED) for privilege in Privilege] == [[]] * len(Privilege)


def test_ignored_public_acls_leave_what_named_accounts_were_given() -> None:
    acl = [to("WRITE", URI=USERS), to("WRITE", ID=OTHER)]
    assert names(acl, Privilege.WRITE, TRUE) == [OTHER]


def test_where_the_block_was_not_read_everyone_is_an_upper_bound() -> None:
    doubt = Opaque("block_public_access", "Deny", "s3:GetBucketPublicAccessBlock")
    ((_, decision, _),) = given("ObjectWriter", [to("WRITE", URI=USERS)], OWNER, doubt, Privilege.WRITE)
    assert decision.effect is Effect.ALLOWED
    assert [one.permission for one in decision.unless] == ["s3:GetBucketPublicAccessBlock"]


def test_an_acl_that_was_not_read_and_those_of_single_objects_leave_it_open() -> None:
    unread = Unknown("s3:GetBucketAcl", "AccessDenied", "")
    for ownership, acl, privilege in (("ObjectWriter", unread, Privilege.WRITE), ("ObjectWriter", [], Privilege.READ)):
        ((name, decision, _),) = given(ownership, acl, OWNER, FALSE, privilege)
        assert (name, decision.effect) == (EVERYONE, Effect.UNDETERMINED)
