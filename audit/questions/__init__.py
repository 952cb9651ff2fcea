"""One file per boundary question: ``TITLE``, ``ORDER``, ``BROKEN`` and ``claims(boundary)``, the answer's sentences.

``SHOWN``, where there is one, are reasons of claims that hold and are told all the same.
A new question is one new file here. A question reads only the boundary: its graph, its derived edges, its contract.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from audit.model.verdict import Answer, Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from audit.boundary import Boundary
    from audit.model.verdict import Claim

_NOT_QUESTIONS = {
    "doors",
    "entrants",
    "holders",
    "indirect",
    "inside",
    "packets",
    "private_link",
    "signals",
    "takers",
    "ways_out",
    "weaknesses",
    "wide_permissions",
}
_RANK = list(Verdict)
_DOUBT = "upper_bound"
"""Undeclared access that an unread layer may deny: no question breaks on it, each about access claims it."""


@cache
def questions() -> dict[str, ModuleType]:
    """Every question's module by name, in the order of the report."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_QUESTIONS]
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return dict(sorted(modules.items(), key=lambda item: item[1].ORDER))


def reasons(name: str) -> frozenset[str]:
    """The reasons of claims that a policy may make findings of; raises KeyError for a name that no file bears."""
    module = questions()[name]
    return frozenset({*module.BROKEN, *getattr(module, "SHOWN", ()), _DOUBT})


def left_open(claim: Claim, name: str) -> frozenset[str]:
    """The reasons that a claim of a question which does not hold is about, or leaves open."""
    if claim.verdict is Verdict.HOLDS:
        return frozenset()
    known = reasons(name)
    told = frozenset((claim.reason, *claim.bears_on)) & known
    return known if claim.verdict is Verdict.UNKNOWN and not told and not claim.bears_on else told


def ask(name: str, boundary: Boundary) -> Answer:
    """Answer one question; raises KeyError for a name that no file bears."""
    module = questions()[name]
    found: dict[Claim, Claim] = {}
    for claim in module.claims(boundary):
        found[claim] = found[claim].also(claim) if claim in found else claim
    # Within a verdict and a reason, claims keep the order in which the question tells them.
    return Answer(name, module.TITLE, tuple(sorted(found.values(), key=_order)))


def ask_all(boundary: Boundary) -> tuple[Answer, ...]:
    """Every question's answer."""
    return tuple(ask(name, boundary) for name in questions())


def _order(claim: Claim) -> tuple[int, str]:
    return _RANK.index(claim.verdict), claim.reason
