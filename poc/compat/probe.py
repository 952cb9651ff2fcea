"""A probe: one question to a cluster, and the five states of its answer."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.compat.site import Site


class State(StrEnum):
    """What a probe saw."""

    SUPPORTED = "SUPPORTED"
    ACCEPTED_NO_EFFECT = "ACCEPTED_NO_EFFECT"
    OVERRIDDEN = "OVERRIDDEN"
    REFUSED = "REFUSED"
    NOT_TESTED = "NOT_TESTED"

    @property
    def meaning(self) -> str:
        """The state in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    State.SUPPORTED: "the cluster did what was asked, and the probe saw it",
    State.ACCEPTED_NO_EFFECT: "the cluster said yes, and what was asked did not come about",
    State.OVERRIDDEN: "the cluster said yes, and did something else",
    State.REFUSED: "the cluster said no, or does not know the request",
    State.NOT_TESTED: "nothing can be said: the answer tells why",
}


class Area(StrEnum):
    """What a probe is about; the matrix has a table each."""

    NEGOTIATION = "Negotiation"
    RECORDS = "Records"
    TRANSACTIONS = "Transactions"
    GROUPS = "Groups"
    TOPICS = "Topics and partitions"
    CONFIGS = "Topic configs"
    SECURITY = "Security and quotas"
    CLIENTS = "Clients"
    API_KEYS = "API keys"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state, and the answer that it rests on, in a few words."""

    state: State
    answer: str


def supported(answer: str) -> Outcome:
    """The cluster did what was asked."""
    return Outcome(State.SUPPORTED, answer)


def no_effect(answer: str) -> Outcome:
    """The cluster said yes, and nothing followed."""
    return Outcome(State.ACCEPTED_NO_EFFECT, answer)


def overridden(answer: str) -> Outcome:
    """The cluster said yes, and did something else."""
    return Outcome(State.OVERRIDDEN, answer)


def refused(answer: str) -> Outcome:
    """The cluster said no."""
    return Outcome(State.REFUSED, answer)


def not_tested(answer: str) -> Outcome:
    """Nothing can be said."""
    return Outcome(State.NOT_TESTED, answer)


def seen(expected: bool, answer: str) -> Outcome:  # noqa: FBT001  # what is expected reads as the sentence it is
    """Supported where what was expected came about, else accepted without effect."""
    return supported(answer) if expected else no_effect(answer)


@dataclass(frozen=True, slots=True)
class Probe:
    """One question: its id, what is asked in words, the request on the wire, and how it is asked.

    ``run`` raises what clients raise; ``poc.compat.failures`` says which state that is.
    """

    id: str
    area: Area
    title: str
    request: str
    run: Callable[[Site], Outcome]
    kip: str = ""


def probe(area: Area, title: str, request: str, kip: str = "") -> Callable[[Callable[[Site], Outcome]], Probe]:
    """Make a probe of a function, whose name becomes the id."""

    def made(run: Callable[[Site], Outcome]) -> Probe:
        return Probe(run.__name__, area, title, request, run, kip)

    return made


@cache
def probes() -> tuple[Probe, ...]:
    """Every probe of every file under ``probes``, by area and order in the file; raises ValueError for an id twice."""
    from poc.compat import probes as folder  # noqa: PLC0415  # its files import this one

    found: dict[str, Probe] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(folder.__path__)):
        module = importlib.import_module(f"{folder.__name__}.{name}")
        for one in (*vars(module).values(), *getattr(module, "ROWS", ())):
            if isinstance(one, Probe):
                if one.id in found:
                    raise ValueError(f"{one.id} is the id of two probes: rename one")
                found[one.id] = one
    order = list(Area)
    return tuple(sorted(found.values(), key=lambda one: order.index(one.area)))
