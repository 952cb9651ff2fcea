from __future__ import annotations

from typing import Any

import jmespath

from audit.model.facts import Unknown
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import account, rows
from audit.services.facts import Facts

ACCOUNT = "111122223333"


def facts(*records: Record, region: str = "global") -> Facts:
    entries = (AccountEntry(id=ACCOUNT),)
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=("eu-central-1",))
    return Facts(Snapshot(manifest, records), ACCOUNT, region, rows())


def contact(kind: str, **outcome: Any) -> Record:
    return Record(ACCOUNT, "global", "account", "GetAlternateContact", {"AlternateContactType": kind}, **outcome)


def test_each_kind_of_contact_is_asked_for() -> None:
    (row,) = [row for row in account.ROWS if row.operation == "GetAlternateContact"]

    found = jmespath.search(row.each, {"Account": ACCOUNT})

    assert found == [{"AlternateContactType": kind} for kind in account.CONTACT_TYPES]


def test_a_contact_is_there_or_absent_or_unknown() -> None:
    denied = Unreadable("AccessDeniedException", "account:GetAlternateContact")
    records = (
        contact("OPERATIONS", absent="ResourceNotFoundException"),
        contact("SECURITY", unreadable=denied),
    )

    (node,) = account.describe(facts(*records))

    contacts = node.fact("contacts")
    assert node.id == ACCOUNT
    assert contacts["operations"] is None
    assert contacts["security"] == Unknown("account:GetAlternateContact", "AccessDeniedException", records[1].id)
    assert contacts["primary"] == Unknown("account:GetContactInformation", "NotCollected", "")
    assert node.records == tuple(record.id for record in records)


def test_what_a_contact_says_is_what_the_account_says() -> None:
    (node,) = account.describe(facts(contact("SECURITY", response={"AlternateContact": {"Name": "Duty officer"}})))

    assert node.fact("contacts")["security"] == {"Name": "Duty officer"}


def test_a_region_says_nothing_of_contacts() -> None:
    assert list(account.describe(facts(region="eu-central-1"))) == []
