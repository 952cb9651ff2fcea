"""AWS Account Management: whom AWS writes to about the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

# Not the one for invoices: who pays says nothing of who hears when data is touched.
CONTACT_TYPES = ("OPERATIONS", "SECURITY")

ROWS = (
    Row(
        "account",
        "GetContactInformation",
        "account:GetContactInformation",
        "Shows that AWS can reach the account's owner at all.",
        scope=Scope.GLOBAL,
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    Row(
        "account",
        "GetAlternateContact",
        "account:GetAlternateContact",
        "Shows who hears of abuse reports and security events; without one only the root user's mailbox does.",
        scope=Scope.GLOBAL,
        parent="sts:GetCallerIdentity",
        each="['OPERATIONS', 'SECURITY'][].{AlternateContactType: @}",
        absent=frozenset({"ResourceNotFoundException"}),
    ),
)


def describe(facts: Facts) -> Iterator[Node]:
    """The account's ``contacts``: {"primary": fact, "operations": …, "security": …}."""
    if facts.region != GLOBAL:
        return
    calls: dict[str, tuple[str, str, dict[str, str]]] = {
        "primary": ("account:GetContactInformation", "ContactInformation", {})
    }
    for kind in CONTACT_TYPES:
        calls[kind.lower()] = ("account:GetAlternateContact", "AlternateContact", {"AlternateContactType": kind})
    contacts = {key: facts.value(*call) for key, call in calls.items()}
    found = [facts.record(name, params) for name, _, params in calls.values()]
    records = tuple(record.id for record in found if record is not None)
    yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, GLOBAL, {"contacts": contacts}, records)
