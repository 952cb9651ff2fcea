"""Which team owns which duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.contract import Duty
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from conftest import Toy


def test_every_duty_has_an_owner(toy: Toy) -> None:
    claims = toy.claims("owners")

    assert {claim.subject for claim in claims} == {duty.value for duty in Duty}
    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}


@pytest.mark.parametrize("owner", [None, {"team": " ", "contact": "a@b.example"}, {"team": "a team", "contact": ""}])
def test_a_duty_without_team_or_contact_is_broken(owner: dict[str, str] | None, toy: Toy) -> None:
    owners = {**toy.contract.model_dump()["owners"], "quota": owner}
    toy.say(owners={duty: one for duty, one in owners.items() if one is not None})
    broken = [claim for claim in toy.claims("owners") if claim.verdict is not Verdict.HOLDS]

    assert [(claim.verdict, claim.reason, claim.subject) for claim in broken] == [
        (Verdict.BROKEN, "missing_owner", "quota")
    ]
    assert broken[0].path


def test_what_a_draft_leaves_out_is_not_known_to_be_missing(toy: Toy) -> None:
    toy.say(owners={}, vendor_access={"reviewed": False})

    assert {(claim.verdict, claim.reason) for claim in toy.claims("owners")} == {(Verdict.UNKNOWN, "not_reviewed")}


def test_an_inferred_owner_is_not_taken_for_a_declared_one(toy: Toy) -> None:
    owners = {**toy.contract.model_dump()["owners"], "quota": {"team": "a", "contact": "b", "reviewed": False}}
    toy.say(owners=owners)

    assert {claim.subject for claim in toy.claims("owners") if claim.reason == "not_reviewed"} == {"quota"}
