"""A policy's own examples: the tidy account with some answers of AWS otherwise, and what the policy comes to in it.

The tidy account is a snapshot and a contract in which every policy of the kit holds; an example changes records of it,
so that the whole way from AWS's answers to the verdict is walked.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

from audit.boundary import Boundary, derive
from audit.graph.build import build
from audit.model.contract import BoundaryContract
from audit.model.errors import ContractError, UsageError
from audit.model.snapshot import Record, Snapshot, Unreadable
from audit.policy.judge import judge
from audit.policy.names import filled, physical
from audit.policy.rule import Answers
from audit.questions import ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.model.verdict import Result
    from audit.policy.rule import Change, Example, Policy

TIDY = "policies/accounts/tidy"
"""Where the tidy account lies: snapshot/ and contract.json."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An example and what its policy came to."""

    policy: str
    example: Example
    result: Result

    @property
    def met(self) -> bool:
        """Whether it is what the example says."""
        return self.result is self.example.verdict


@dataclass(frozen=True)
class Account:
    """A snapshot and its contract, which examples change."""

    snapshot: Snapshot
    contract: BoundaryContract

    @classmethod
    def tidy(cls) -> Account:
        """The account in which every policy of the kit holds."""
        with resources.as_file(resources.files("policies") / "accounts" / "tidy") as folder:
            return cls(Snapshot.read(folder / "snapshot"), BoundaryContract.read(folder / "contract.json"))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What ``${role}`` in an example stands for."""
        return physical(self.contract)

    def boundary(self) -> Boundary:
        """The boundary without derived edges."""
        return Boundary(build(self.snapshot), self.contract, self.snapshot.manifest.taken_at)

    @cached_property
    def derived(self) -> Boundary:
        """The boundary with its derived edges, which the examples of an unchanged account share."""
        return derive(build(self.snapshot), self.contract, self.snapshot.manifest.taken_at)

    def otherwise(self, example: Example) -> Account:
        """The account as an example has it; raises UsageError for a change that changes nothing."""
        if not example.change and not example.contract:
            return self
        records = self.snapshot.records
        for change in example.change:
            found = self._after(records, change)
            if found == records:
                raise UsageError(
                    f"no answer to {change.operation} is changed by {change.model_dump(exclude_defaults=True)}"
                )
            records = found
        said = merged(self.contract.model_dump(mode="json"), filled(example.contract, self.names))
        contract = BoundaryContract.from_json(said, "the example's contract")
        return Account(replace(self.snapshot, records=records), contract)

    def _after(self, records: tuple[Record, ...], change: Change) -> tuple[Record, ...]:
        """The records with one changed, or with the call more."""
        if change.call is None:
            return tuple(self._changed(record, change) for record in records)
        call, params = filled(change.call.model_dump(), self.names), filled(change.params, self.names)
        made = Record(call["account"], call["region"], call["service"], change.operation, params, response={})
        return (*records, self._changed(made, change))

    def _changed(self, record: Record, change: Change) -> Record:
        params = filled(change.params, self.names)
        if record.operation != change.operation or not params.items() <= dict(record.params).items():
            return record
        if change.absent is not None:
            return replace(record, response=None, absent=change.absent, unreadable=None)
        if change.unreadable is not None:
            refused = Unreadable("AccessDenied", change.unreadable)
            return replace(record, response=None, absent=None, unreadable=refused)
        response = _patched(record.response or {}, change, self.names)
        return replace(record, response=response, absent=None, unreadable=None)


def try_all(policies: Iterable[Policy], account: Account) -> Iterator[Tried]:
    """Each example of the policies, judged; raises UsageError for an example that cannot be made."""
    pairs = [(policy, example) for policy in policies for example in policy.examples]
    alike = Counter(_otherwise(example) for _, example in pairs)
    made: dict[str, Account] = {}
    for policy, example in pairs:
        said = _otherwise(example)
        try:
            other = made[said] if said in made else account.otherwise(example)
            tried = Tried(policy.id, example, _result(policy, other))
        except (UsageError, ContractError) as error:
            raise UsageError(f"{policy.id}, example {example.what!r}: {error}") from error
        if alike[said] > 1:  # derived once for all that are alike
            made[said] = other
        yield tried


def _otherwise(example: Example) -> str:
    """What an example has otherwise, the same text for the same."""
    return example.model_dump_json(include={"change", "contract"})


def _result(policy: Policy, account: Account) -> Result:
    if not isinstance(policy.expect, Answers):
        return judge([policy], account.boundary(), ()).results[policy.id]
    return judge([policy], account.derived, [ask(policy.expect.question, account.derived)]).results[policy.id]


def merged(value: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): members are replaced, null removes one, lists are replaced whole."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), part)
    return found


def _patched(value: Any, change: Change, names: Mapping[str, str]) -> Any:
    """An answer with every object changed that holds the members of ``find``; documents in texts are looked into."""
    wanted = filled(change.find, names)

    def again(part: Any) -> Any:
        match part:
            case dict():
                inner = {key: again(item) for key, item in part.items()}
                return _written(inner, change, names) if wanted.items() <= part.items() else inner
            case list():
                return [again(item) for item in part]
            case str() if part.startswith("{"):
                return _reopened(part, again)
            case _:
                return part

    return again(value) if wanted else _written(value, change, names)


def _reopened(text: str, change: Any) -> str:
    """A JSON document in a text, changed; the same text where nothing in it is."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    found = change(document)
    return text if found == document else json.dumps(found)


def _written(value: Mapping[str, Any], change: Change, names: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = merged(value, filled(change.set, names))
    for key in change.remove.keys() & found.keys():
        gone = filled(change.remove[key], names)
        found[key] = [item for item in found[key] if not any(_holds(item, members) for members in gone)]
    for key, items in change.add.items():
        found[key] = [*(found.get(key) or ()), *filled(items, names)]
    return found


def _holds(item: Any, members: Any) -> bool:
    """Whether an item of a list is the one meant: an object with these members, or the value itself."""
    if isinstance(item, dict) and isinstance(members, dict):
        return members.items() <= item.items()
    return bool(item == members)
