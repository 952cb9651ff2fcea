"""A bundle judged again: what comes out otherwise than it says."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from audit.evidence.integrity import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.evidence.bundle import Bundle
    from audit.model.verdict import Claim
    from audit.report.material import Material

_FEW, _LONG = 5, 60


def compare(bundle: Bundle, again: Mapping[str, bytes]) -> Iterator[Fault]:
    """Each member that judging again gives otherwise, with what is otherwise in it."""
    for name, now in again.items():
        if name not in bundle:
            yield Fault(name, "is not in the bundle")
            continue
        then = bundle.read(name)
        if then != now:
            yield from (Fault(name, what) for what in _otherwise(name, then, now))


def otherwise(one: Material, other: Material) -> Iterator[str]:
    """The questions and policies that come to other verdicts, or for other reasons, whatever things are called."""
    for first, second in zip(one.answers, other.answers, strict=True):
        if Counter(map(_kind, first.claims)) != Counter(map(_kind, second.claims)):
            yield first.question
    yield from sorted(policy for policy, result in one.results.items() if other.results.get(policy) != result)
    ours, theirs = _by_policy(one), _by_policy(other)
    yield from sorted(
        f"{policy}, its findings" for policy in {**ours, **theirs} if ours.get(policy) != theirs.get(policy)
    )


def _kind(claim: Claim) -> tuple[str, str]:
    return claim.verdict, claim.reason


def _by_policy(material: Material) -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = {}
    for finding in material.findings:
        found.setdefault(finding.policy, Counter())[_kind(finding.claim)] += 1
    return found


def _otherwise(name: str, then: bytes, now: bytes) -> Iterator[str]:
    read = _READERS.get(name)
    try:
        before, after = (read(json.loads(text)) if read else {} for text in (then, now))
    except (ValueError, KeyError, TypeError, AttributeError):
        before, after = {}, {}
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    for key in changed[:_FEW]:
        yield f"{key}: then {_short(before.get(key))}, now {_short(after.get(key))}"
    if len(changed) > _FEW:
        yield f"and {len(changed) - _FEW} more"
    if not changed:
        yield f"reads otherwise: then {len(then):,} bytes, now {len(now):,}"


def _short(value: object) -> str:
    text = "none" if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _answers(body: Any) -> dict[str, Any]:
    verdicts = {answer["question"]: answer["verdict"] for answer in body["answers"]}
    claims = {
        f"{answer['question']}, {claim['subject']}, {claim['reason']}": claim["verdict"]
        for answer in body["answers"]
        for claim in answer["claims"]
    }
    return {**verdicts, **claims}


def _findings(body: Any) -> dict[str, Any]:
    found = {f"{one['policy']} {one['claim']['subject']}": one["verdict"] for one in body["findings"]}
    return {**body["policies"], **found}


def _graph(body: Any) -> dict[str, Any]:
    nodes = {node["id"]: node for node in body["nodes"]}
    edges = {f"{edge['source']} {edge['kind']} {edge['target']}": edge for edge in body["edges"]}
    return {**nodes, **edges}


_READERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "answers.json": _answers,
    "findings.json": _findings,
    "graph.json": _graph,
}
