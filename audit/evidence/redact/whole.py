"""A whole case without names: snapshot, contract, policies of the user's and waivers, under the same pseudonyms."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.evidence.members import DIAGRAMS, POLICIES
from audit.evidence.redact import contract as contracts
from audit.evidence.redact.search import Search
from audit.evidence.redact.values import Values
from audit.evidence.writing import chunks
from audit.model.errors import EvidenceError
from audit.model.snapshot import Manifest, Record, Snapshot
from audit.policy import Policy, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.evidence.redact.key import Pseudonyms
    from audit.evidence.writing import Content
    from audit.model.contract import BoundaryContract
    from audit.model.waiver import Waiver

_VALUES = frozenset({"tags", "value", "equals", "in", "is", "not_in", "contains", "starts_with"})
"""Keys of a policy under which a text is compared with the account's."""


@dataclass(frozen=True)
class Inputs:
    """What a case is judged from."""

    snapshot: Snapshot
    contract: BoundaryContract
    policies: tuple[Policy, ...]
    waivers: tuple[Waiver, ...]


class Redactor:
    """Replaces the names of one case's inputs, all alike."""

    def __init__(self, inputs: Inputs, pseudonyms: Pseudonyms) -> None:
        self._inputs = inputs
        self._values = Values(pseudonyms)
        self._values.learn(*self._everything())

    def _everything(self) -> Iterator[Any]:
        inputs = self._inputs
        for record in inputs.snapshot.records:
            yield dict(record.params)
            yield record.response
        yield inputs.snapshot.manifest.model_dump(mode="json", exclude={"files", "emulated"})
        yield from contracts.names(inputs.contract)

    def inputs(self) -> Inputs:
        """The inputs without names."""
        given = self._inputs
        return Inputs(
            self._snapshot(given.snapshot),
            contracts.redacted(given.contract, self._values, self._role),
            tuple(map(self._policy, given.policies)),
            tuple(map(self._waiver, given.waivers)),
        )

    @cached_property
    def originals(self) -> dict[str, str]:
        """Every name and address that is nowhere any more, with what stands for it."""
        named = {name: now for name, now in self._values.names.items() if not self._plain(name)}
        replaced = {**named, **self._values.seen}
        # A range of one network may stand for another's.
        given = set(replaced.values())
        return {name: now for name, now in replaced.items() if name not in given}

    def require_gone(self, members: Mapping[str, Content]) -> None:
        """Raise EvidenceError when a name or an address still stands in a member; the kit's own policies are public.

        A page's own markup and words are words, any of which may be somebody's name too: names of one word are looked
        for in the members that pages are made from. Paper is no text.
        """
        public = {f"{POLICIES}{policy.id}.yaml" for policy in self._inputs.policies if policy in self._ours}
        for member, content in members.items():
            if member in public or member.endswith(".pdf"):
                continue
            page = member.startswith(DIAGRAMS) or member.endswith(".html")
            text = b"".join(chunks(content)).decode("utf-8", "replace")
            for place, name in self._names.found(f"{member}\n{text}"):
                if page and name.isalnum():
                    continue
                raise EvidenceError(
                    f"{name} would still stand in {member} (character {place:,}), so that the bundle could not be "
                    "shared: report this as a defect of the kit, or rename the thing"
                )

    def _plain(self, name: str) -> bool:
        """Whether a name says nothing but words that the kit says itself: it may stand elsewhere as those words."""
        words = re.findall(r"[^\W_]+", name.lower())
        return all(len(word) < 3 or word in self._said for word in words)  # noqa: PLR2004  # too short to tell anything

    @cached_property
    def _said(self) -> frozenset[str]:
        texts = json.dumps([policy.model_dump(mode="json") for policy in load()])
        return frozenset(re.findall(r"[^\W_]+", texts.lower()))

    def _snapshot(self, snapshot: Snapshot) -> Snapshot:
        manifest = self._values.replaced(snapshot.manifest.model_dump(mode="json", exclude={"files", "emulated"}))
        kept = {"emulated": snapshot.manifest.emulated, "regions": snapshot.manifest.regions}
        records = tuple(map(self._record, snapshot.records))
        return Snapshot(Manifest.model_validate({**manifest, **kept}), records)

    def _record(self, record: Record) -> Record:
        return replace(
            record,
            account=self._values.account(record.account),
            params=self._finished(self._values.replaced(dict(record.params))),
            response=self._finished(self._values.replaced(record.response)),
        )

    def _finished(self, value: Any) -> Any:
        """The value without the names that still stand within other texts, which is rare."""
        match value:
            case dict():
                return {self._finished(key): self._finished(item) for key, item in value.items()}
            case list():
                return [self._finished(item) for item in value]
            case str():
                return self._left.replaced(value, self.originals)
            case _:
                return value

    @cached_property
    def _names(self) -> Search:
        return Search(self.originals)

    @cached_property
    def _left(self) -> Search:
        """What may stand within other texts; ids and addresses are recognised there already."""
        return Search(self.originals.keys() - self._values.seen.keys())

    def _role(self, role: str) -> str:
        """A role of the contract, which is replaced where it is a name of the account's."""
        return self.originals.get(role, role)

    def _policy(self, policy: Policy) -> Policy:
        """A policy of the user's under the same pseudonyms; the kit's own names nobody's things."""
        if policy in self._ours:
            return policy
        body = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
        kept = {name: body[name] for name in ("id", "format", "severity") if name in body}
        return Policy.model_validate({**self._within(body), **kept})

    def _within(self, value: Any, key: str = "") -> Any:
        match value:
            case dict():
                return {name: self._within(item, "tags" if key == "tags" else name) for name, item in value.items()}
            case list():
                return [self._within(item, key) for item in value]
            case str() if key in _VALUES:
                return self._values.names.get(value) or self._finished(self._values.recognised(value))
            case str():
                return self._finished(self._values.recognised(value))
            case _:
                return value

    @cached_property
    def _ours(self) -> tuple[Policy, ...]:
        return load()

    def _waiver(self, waiver: Waiver) -> Waiver:
        contract = self._inputs.contract
        roles = {*contract.buckets, *contract.keys, *contract.principals}
        subject = waiver.subject if waiver.subject in roles else self._values.name(waiver.subject)
        return waiver.model_copy(
            update={
                "subject": subject,
                "owner": self._values.name(waiver.owner),
                "reason": self._values.prose(waiver.reason),
            }
        )
