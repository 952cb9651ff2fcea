"""Who comes to what through others, against a slow, obvious reference, on small random accounts."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from random_accounts import random_account
from reference_through import Reference, primitives
from toy import BUCKET, NOW

from audit.access import ways as ways_module
from audit.access.levels import MOST_PATHS
from audit.access.who_can import who_can
from audit.model.contract import Privilege
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from reference_through import Answer

    from audit.access.access import Access

_BATCHES, _ACCOUNTS = 6, 25
_MOST_STEPS = 4


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_the_same_principals_come_there_by_as_many_steps_and_over_the_same_ones(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways_module, "catalogue", primitives)
    for seed in range(batch * _ACCOUNTS, (batch + 1) * _ACCOUNTS):
        graph = random_account(random.Random(seed))  # noqa: S311 a chosen sequence, no secret
        found = {one.principal: one for one in who_can(graph, BUCKET, Privilege.READ, now=NOW)}
        reference = Reference(graph)
        for node in graph.nodes(NodeKind.ROLE, NodeKind.USER):
            one = found.get(node.id)
            if reference.has(node.id):
                assert one is not None, (seed, node.id)
                assert not one.through, (seed, node.id)
            else:
                _compare(one, reference.answer(node.id, _MOST_STEPS), reference.comes_there(node.id), (seed, node.id))


def _compare(one: Access | None, answer: Answer | None, comes: bool, where: tuple[int, str]) -> None:  # noqa: FBT001 one fact
    assert (one is not None) is comes, where
    if one is None or answer is None:
        return
    assert {len(path) for path in one.through} == {answer.steps}, where
    assert (one.decision.effect == "allowed") is answer.certain, where
    hops = {(hop.source, hop.primitive, hop.target) for path in one.through for hop in path}
    moves = {(move.actor, move.primitive, move.target) for move in answer.moves}
    assert hops <= moves, where
    if one.paths <= MOST_PATHS and not answer.edits:
        assert hops == moves, where
