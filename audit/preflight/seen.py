"""What a check sees: the stack's intent, the account's answers, and who deploys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.access.asking import the_caller
from audit.access.holdings import Holdings
from audit.graph.build import build
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError
from audit.model.facts import Fact, Unknown
from audit.model.snapshot import GLOBAL, NOT_COLLECTED
from audit.model.verdict import NOT_SHOWN, Claim, Verdict
from audit.preflight.judged import Judged
from audit.services import iam, organizations
from audit.services.facts import Facts
from audit.services.row import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.access.holdings import Caller
    from audit.model.intended import Intended
    from audit.model.snapshot import Record, Snapshot
    from audit.services.row import Row

OURS, KIT = "automqEnvironmentID", "automqManagedBy"


@dataclass(frozen=True, eq=False)
class Seen:
    """A stack and the account's answers; ``rows`` are those that were asked."""

    intended: Intended
    snapshot: Snapshot
    rows: Mapping[str, Row]

    @property
    def now(self) -> str:
        """The moment as of which is judged: when the account was asked."""
        return self.snapshot.manifest.taken_at

    @property
    def caller(self) -> str:
        """The ARN of who asked."""
        return self.snapshot.manifest.caller["Arn"]

    @property
    def deployer(self) -> str:
        """The ARN of who deploys: the role that the settings name, else who asked."""
        return deployer(self.intended, self.caller)

    @property
    def deployer_asked(self) -> bool:
        """Whether who asked is who deploys: a session of the role is the role."""
        return same(self.caller, self.deployer)

    def value(self, name: str, path: str = "@", params: Mapping[str, Any] | None = None) -> Fact:
        """What a JMESPath finds in an answer: a value, None for absent, Unknown where it could not be read."""
        return self._facts(name).value(name, path, params)

    def record(self, name: str, params: Mapping[str, Any] | None = None) -> Record | None:
        """The record of a call."""
        return self._facts(name).record(name, params)

    def evidence(self, name: str, params: Mapping[str, Any] | None = None) -> str:
        """The id of a call's record, the first of the operation where no parameters are given; "" for none."""
        record = self.record(name, params) if params else next(self._facts(name).records(name), None)
        return record.id if record is not None else ""

    def all(self, name: str, path: str) -> list[Any] | Unknown:
        """The items that a JMESPath finds in all answers to an operation; Unknown where one could not be read."""
        facts = self._facts(name)
        found: list[Any] = []
        records = list(facts.records(name))
        if not records and not facts.spared(name):
            return Unknown(self.rows[name].permission, NOT_COLLECTED, "")
        for record in records:
            unread = facts.unknown(name, record)
            if unread is not None:
                return unread
            found += facts.value(name, path, record.params) or ()
        return found

    def _facts(self, name: str) -> Facts:
        return self._here[self.rows[name].scope]

    @cached_property
    def _here(self) -> dict[Scope, Facts]:
        places = {Scope.GLOBAL: GLOBAL, Scope.REGIONAL: self.intended.region}
        return {
            scope: Facts(self.snapshot, self.intended.account, region, self.rows) for scope, region in places.items()
        }

    @cached_property
    def holdings(self) -> Holdings:
        """Who is in the account, and with which documents."""
        return Holdings(build(self.snapshot, (iam, organizations)))

    @cached_property
    def principal(self) -> Caller | None:
        """Who deploys, with its documents; None where the account was read and it is not there."""
        try:
            return the_caller(self.holdings, self.deployer)
        except UsageError:
            return None


def deployer(intended: Intended, caller: str) -> str:
    """The ARN of who deploys: the role that the settings name, else who asks."""
    return intended.deployer or caller


def same(caller: str, principal: str) -> bool:
    """Whether a caller is a principal; the ARN of a role's session names the role without its path."""
    if caller == principal or not is_arn(principal):
        return caller == principal
    session, role = Arn.parse(caller), Arn.parse(principal)
    if (session.service, session.kind, role.kind) != ("sts", "assumed-role", "role"):
        return False
    return (session.account, session.resource.split("/")[1]) == (role.account, role.name)


def is_ours(tags: Any, intended: Intended) -> bool:
    """Whether a resource's tags, as AWS lists them, say that this environment's stack made it."""
    found = {tag.get("Key"): tag.get("Value") for tag in tags or ()}
    return found.get(OURS) == intended.environment and found.get(KIT) == intended.tags.get(KIT)


def unread(subject: str, what: str, unknown: Unknown) -> Judged:
    """That something could not be read, with the permission that would settle it."""
    if unknown.code == NOT_SHOWN:
        return Judged(Claim.unread(subject, what, unknown), "run the preflight in the real account")
    text, evidence = f"{what} could not be read ({unknown.code})", (unknown.record,) if unknown.record else ()
    claim = Claim(Verdict.UNKNOWN, "unreadable", subject, text, evidence=evidence, missing=(unknown.permission,))
    return Judged(claim, granting(unknown.permission))


def granting(*permissions: str) -> str:
    """The way out of what could not be read."""
    return f"grant {', '.join(permissions)} to who runs the preflight"
