"""Which team owns cloud quota, network design, key and endpoint policy, incidents, and operations?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import Duty
from audit.model.verdict import Claim, Hop, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary

TITLE = "Which team owns quota, network, keys, endpoints, incidents and operations?"
ORDER = 50
BROKEN = frozenset({"missing_owner"})
"""The reasons of this question's broken claims; each has its policy."""


def claims(boundary: Boundary) -> Iterator[Claim]:
    """One claim a duty: who owns it, or that nobody does."""
    for duty in Duty:
        owner = boundary.contract.owners.get(duty)
        name = duty.value.replace("_", " ")
        if owner is None or not owner.team.strip() or not owner.contact.strip():
            text = f"nobody owns {name}: name a team and a contact in the stack's setting owners"
            path = (Hop(duty.value, "the contract names no team and contact for it"),)
            missing = Claim(Verdict.BROKEN, "missing_owner", duty.value, text, path)
            yield boundary.rests_on(missing, boundary.contract)
        else:
            held = Claim(Verdict.HOLDS, "owned", duty.value, f"{name}: {owner.team} ({owner.contact})")
            yield boundary.rests_on(held, owner)
