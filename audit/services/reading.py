"""How describe functions read answers: only values are changed, documents are parsed, listings known to be whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audit.model.snapshot import Record
    from audit.services.facts import Facts

MALFORMED = "MalformedDocument"
"""The code of a document that is no JSON."""
TRUNCATED = "Truncated"
"""The code of a listing of which only the first pages were recorded."""
_NEXT = {
    "NextToken": "NextToken",
    "nextToken": "nextToken",
    "NextContinuationToken": "ContinuationToken",
    "NextMarker": "Marker",
}


def then(fact: Fact, change: Callable[[Any], Fact]) -> Fact:
    """Change a value; an absent or unknown fact stays what it is."""
    return fact if fact is None or isinstance(fact, Unknown) else change(fact)


def tags(fact: Fact, key: str = "Key", value: str = "Value") -> Fact:
    """A list of tags as a dict; no tags are an empty dict."""
    return {} if fact is None else then(fact, lambda found: {tag[key]: tag.get(value) for tag in found})


def document(facts: Facts, name: str, path: str, params: Mapping[str, Any] | None = None) -> Fact:
    """The JSON document that an answer carries as text, parsed; Unknown when it is no JSON."""
    return then(facts.value(name, path, params), lambda text: parsed(text, facts, name, params))


def parsed(text: Any, facts: Facts, name: str, params: Mapping[str, Any] | None = None) -> Fact:
    """A text of that call's answer as JSON: what is parsed already stays, an empty text is none."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text) if text else None
    except ValueError:
        return Unknown(facts.rows[name].permission, MALFORMED, record_id(facts, name, params))


def whole(facts: Facts, name: str, path: str, params: Mapping[str, Any] | None = None) -> Fact:
    """The items of a listing, of all its pages; Unknown when one of them was not read."""
    items: list[Any] = []
    sent: dict[str, Any] | None = dict(params or {})
    asked: list[dict[str, Any]] = []
    while sent is not None and sent not in asked:
        asked.append(sent)
        page = facts.value(name, path, sent)
        if isinstance(page, Unknown):
            return page if len(asked) == 1 else replace(page, code=TRUNCATED) if not page.record else page
        items += page or ()
        sent = _following(facts.record(name, sent), sent)
    return items


def _following(record: Record | None, sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters of a listing's next page, None after the last."""
    answer = record.response if record is not None else None
    tokens = {_NEXT[key]: token for key, token in (answer or {}).items() if key in _NEXT and token}
    return {**sent, **tokens} if tokens else None


def record_id(facts: Facts, name: str, params: Mapping[str, Any] | None = None) -> str:
    """The id of a call's record, empty when there is none."""
    record = facts.record(name, params)
    return record.id if record is not None else ""


def named_first(policy: str, *records: str) -> tuple[str, ...]:
    """Ids of records for a node, each once, the one that holds its policy first: denials are cited by it."""
    return tuple(dict.fromkeys(record for record in (policy, *records) if record))


def evidence(*records: Record | None) -> tuple[str, ...]:
    """The ids of the records that there are, each once."""
    return tuple(dict.fromkeys(record.id for record in records if record is not None))
