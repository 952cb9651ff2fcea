"""The set engine against a slow, obvious reference, on random estates: see single_packets.py and random_estates.py."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from questions import questions
from random_estates import estate
from raw_answers import Answers, within
from single_packets import Reference

from audit.reach.packets import decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from questions import Question

    from audit.model.graph import BoundaryGraph

BATCHES = [range(first, first + 10) for first in range(0, 50, 10)]
ONCE_WRONG = (
    115,
    179,
    212,
    220,
    226,
    230,
    256,
    258,
    281,
    285,
    288,
    291,
    399,
    401,
    423,
    443,
    459,
    479,
    501,
    520,
    527,
    643,
)
"""Seeds of which the engine or the reference said something untrue before."""


def wrong(graph: BoundaryGraph, question: Question) -> str:
    """How the engine's answer differs from what single packets do; empty when it does not."""
    answer, expected = decide(graph, *question.asked), question.expected
    if str(answer.verdict) == "unknown" and expected.word == "blocked" and expected.doubts:
        # The packets pass what is not known before they are stopped: the engine need not look beyond it.
        return ""
    if str(answer.verdict) != expected.word:
        return f"{answer.verdict} ({answer.reason}), but packets say {expected}"
    named = {one.resource for one in answer.blocked_by}
    # A table on the way could lead elsewhere; the internet and S3 have more addresses, and more that stops them.
    known = expected.blockers | {hop for hop in expected.hops if "rtb-" in hop}
    astray = not named & known if question.end in {"internet", "s3"} or question.start == "internet" else named - known
    if expected.word == "blocked" and (not named or astray):
        return f"blocked by {named or 'nothing'}, but packets by {set(expected.blockers)}"
    for source, verdict in question.by_source.items():
        arrives = any(within(source, cidr) for cidr in answer.sources)
        if expected.word == "reaches" and verdict.word != "unknown" and arrives != (verdict.word == "reaches"):
            return f"sources {answer.sources}, but {source}: {verdict}"
    return ""


@pytest.mark.parametrize("seeds", [*BATCHES, ONCE_WRONG], ids=str)
def test_the_engine_says_of_every_packet_what_becomes_of_it(seeds: Sequence[int]) -> None:
    for seed in seeds:
        snapshot = estate(seed)
        graph = snapshot.graph()
        for one in questions(Reference(Answers(snapshot.snapshot()))):
            assert not (said := wrong(graph, one)), f"seed {seed}: {one.asked} {said}"


def test_the_random_estates_have_packets_of_every_kind() -> None:
    """What the comparison above rests on: enough packets, of every verdict and over every gateway."""
    words: Counter[str] = Counter()
    gateways: Counter[tuple[str, str]] = Counter()
    for seed in (seed for seeds in BATCHES for seed in seeds):
        for one in questions(Reference(Answers(estate(seed).snapshot()))):
            words.update(verdict.word for verdict in one.by_source.values())
            passed = {hop.partition("-")[0] for hop in one.expected.hops}
            gateways.update((one.expected.word, kind) for kind in passed)

    assert sum(words.values()) >= 10_000
    assert min(words.values()) >= 200
    for kind in ("pcx", "tgw", "igw", "eigw", "nat", "vgw", "vpce"):
        assert gateways["reaches", kind] >= 20, kind
