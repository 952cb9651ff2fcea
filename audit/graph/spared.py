"""What a walk did not need to ask, as what it had read already says that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.snapshot import GLOBAL
from audit.services import rows
from audit.services.facts import Facts
from audit.services.row import Scope

if TYPE_CHECKING:
    from audit.model.snapshot import Snapshot


def not_needed(snapshot: Snapshot) -> dict[str, dict[str, list[str]]]:
    """The operations by account and region: of services that no role lets in or nobody may use, and the like."""
    return {
        account.id: {
            region: found for region in (GLOBAL, *snapshot.manifest.regions) if (found := _here(facts, region))
        }
        for account in snapshot.manifest.accounts
        if not account.unreadable
        for facts in [Facts(snapshot, account.id, GLOBAL, rows())]
    }


def _here(facts: Facts, region: str) -> list[str]:
    here, scope = facts.of(region), Scope.GLOBAL if region == GLOBAL else Scope.REGIONAL
    return sorted(
        name
        for name, row in here.rows.items()
        if row.scope is scope and next(here.records(name), None) is None and here.spared(name)
    )
