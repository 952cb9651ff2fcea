"""With less to read the engine says less: what it still says for certain is what it said with everything read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from estate import ROWS, A, B
from random_estates import estate

from audit.model.errors import UsageError
from audit.reach.packets import decide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from estate import Estate

    from audit.model.graph import BoundaryGraph

SEEDS = (0, 1, 2)
"""Estates that have, together, every kind of gateway."""
LISTINGS = sorted({row.operation for row in ROWS.values() if row.service == "ec2"})
Pair = tuple[str, str]


def pairs(told: Estate) -> Iterator[Pair]:
    machines = [one["NetworkInterfaceId"] for one in told.listed("DescribeNetworkInterfaces")]
    machines = [name for name in machines if not name.startswith("eni-of-nat")]
    subnet = told.listed("DescribeSubnets")[0]["SubnetId"]
    for one in machines:
        yield from ((one, two) for two in machines if one != two)
        yield from ((one, far) for far in ("internet", "s3", "192.168.1.1", "8.8.8.8", "54.0.0.10", "54.0.1.11"))
        yield from ((start, one) for start in ("internet", "192.168.1.1", subnet))


def verdict(graph: BoundaryGraph, pair: Pair) -> str:
    try:
        return decide(graph, *pair, "tcp", 443).verdict
    except UsageError:
        # An end of which nothing was read is not known to the question either.
        return "unknown"


@cache
def known(seed: int) -> dict[Pair, str]:
    told = estate(seed)
    graph = told.graph()
    return {pair: verdict(graph, pair) for pair in pairs(told)}


@pytest.mark.parametrize("listing", LISTINGS)
def test_what_is_said_without_a_listing_is_unknown_or_was_said_with_it(listing: str) -> None:
    for seed in SEEDS:
        told = estate(seed).refuse(listing, A).refuse(listing, B)
        graph = told.graph()
        wrong = {
            pair: said for pair, was in known(seed).items() if (said := verdict(graph, pair)) not in ("unknown", was)
        }
        assert not wrong, f"seed {seed}"


def test_the_estates_have_what_reads_otherwise() -> None:
    """What the comparison above rests on."""
    verdicts = [said for seed in SEEDS for said in known(seed).values()]

    assert {said: verdicts.count(said) >= 10 for said in ("reaches", "blocked", "unknown")} == {
        "reaches": True,
        "blocked": True,
        "unknown": True,
    }
