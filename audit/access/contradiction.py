"""Whether conditions on one key can hold together, found by trying the values that could tell them apart.

Complete for equality, booleans, order, dates and CIDRs: every bound, the points between and beyond them, an unlike
text and
the missing key are tried. For wildcards the overlap of patterns is asked instead; in doubt conditions can hold
together.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from audit.access.conditions.date import moment
from audit.access.conditions.evaluate import evaluate, read_operator
from audit.access.conditions.ip import network
from audit.access.conditions.numeric import number
from audit.access.context import Context
from audit.access.expression import TRUE, Leaf
from audit.access.glob import intersects, plain, wild

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SEVERAL = frozenset(
    key.lower()
    for key in (
        "aws:TagKeys", "aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths", "aws:CalledVia",
        "aws:PrincipalServiceNamesList", "kms:EncryptionContextKeys", "kms:GrantOperations", "kms:ResourceAliases",
    )
)  # fmt: skip
_FRESH = "\ue0f0"
_ONE = 1
_MOST_VALUES = 2000


def single(leaf: Leaf) -> bool:
    """Whether a condition is on a key of one value and its values are texts, so that it can be reasoned about."""
    test = read_operator(leaf.operator)
    plainly = test is not None and not test.quantifier and leaf.key.lower() not in _SEVERAL
    return plainly and not any("${" in value for value in leaf.values)


@lru_cache(maxsize=65536)
def contradictory(leaves: frozenset[Leaf]) -> bool:
    """Whether conditions on the same key certainly never hold together."""
    known = [leaf for leaf in leaves if single(leaf)]
    if len(known) < len(leaves) or sum(len(leaf.values) for leaf in known) > _MOST_VALUES:
        return False
    key = known[0].key
    if any(holds(leaves, key, value) for value in (None, *_candidates(known))):
        return False
    patterns = [leaf for leaf in known if not _negative(leaf) and any(wild(value) for value in leaf.values)]
    if len(patterns) <= _ONE:
        return True
    return any(not _overlap(one, two) for one in patterns for two in patterns)


def holds(leaves: Iterable[Leaf], key: str, value: str | None) -> bool:
    """Whether all the conditions hold when the key has the value (None: is missing)."""
    context = Context({key.lower(): () if value is None else (value,)})
    return all(evaluate(leaf, context, variables=False) == TRUE for leaf in leaves)


def _negative(leaf: Leaf) -> bool:
    test = read_operator(leaf.operator)
    return test is not None and test.operator.negative


def _overlap(one: Leaf, two: Leaf) -> bool:
    return any(intersects(a, b) for a in one.values for b in two.values)


def _candidates(leaves: list[Leaf]) -> Iterator[str]:
    texts = sorted({value for leaf in leaves for value in leaf.values})
    yield from ("true", "false", _FRESH, f"arn:{_FRESH}:{_FRESH}:{_FRESH}:{_FRESH}:{_FRESH}")
    yield from _texts(texts)
    yield from _numbers(texts)
    yield from _dates(texts)
    yield from _addresses(texts)


def _texts(texts: list[str]) -> Iterator[str]:
    longest = max(map(len, texts), default=0) + 1
    for text in texts:
        yield plain(text)
        for star in ("", _FRESH, _FRESH * 2, _FRESH * longest) if wild(text) else ():
            yield plain(text.replace("*", star).replace("?", _FRESH))
        yield plain(text).swapcase()


def _numbers(texts: list[str]) -> Iterator[str]:
    limits = sorted({found for text in texts if (found := number(text)) is not None})
    for limit in limits:
        yield from (str(limit), str(limit - 1), str(limit + 1))
    for low, high in pairwise(limits):
        yield str((low + high) / 2)


def _dates(texts: list[str]) -> Iterator[str]:
    limits = sorted({found for text in texts if (found := moment(text)) is not None})
    try:
        for limit in limits:
            yield from (step.isoformat() for step in (limit, limit - timedelta(days=1), limit + timedelta(days=1)))
        for low, high in pairwise(limits):
            yield (low + (high - low) / 2).isoformat()
    except OverflowError:
        return


def _addresses(texts: list[str]) -> Iterator[str]:
    networks = [found for text in texts if (found := network(text)) is not None]
    if networks:
        yield from ("0.0.0.0", "::")  # noqa: S104 the first address of each family, not a bind
    for found in networks:
        first, last = int(found.network_address), int(found.broadcast_address)
        kind = type(found.network_address)
        yield str(found.network_address)
        if last + 1 < 2**found.max_prefixlen:
            yield str(kind(last + 1))
        if first > 0:
            yield str(kind(first - 1))
