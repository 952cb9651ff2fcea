"""What checking a bundle comes to, as a format of its own: integrity and judgement, each for itself."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from audit.evidence import envelope, integrity
from audit.evidence.statement import Approval, Predicate  # noqa: TC001  # pydantic reads the annotations when it runs
from audit.evidence.versions import KIT, changed, versions
from audit.model.errors import DamagedError
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securesystemslib.signer import Key

    from audit.evidence.bundle import Bundle
    from audit.evidence.integrity import Fault

FORMAT = "byoc-verification/1"


class Judgement(StrEnum):
    """What judging again came to."""

    SAME = "same"
    OTHERWISE = "otherwise"
    NOT_JUDGED = "not_judged"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Place(_Part):
    """A member or place of a bundle, and what is wrong or otherwise there."""

    where: str
    what: str


class Signer(_Part):
    """A key that signed; ``right`` is null where the key was not given, so that nobody can say."""

    key: str
    right: bool | None


class Approved(_Part):
    """An approval and its signers; its word counts where one of them is right."""

    member: str
    says: Approval
    signers: tuple[Signer, ...]


class Verification(_Part):
    """Of a bundle: what was changed in it, who signed, and what judging again gives otherwise."""

    format: str = FORMAT
    digest: str | None = Field(default=None, description="what others cite the bundle by: the sha256 of its statement")
    about: Predicate | None = None
    faults: tuple[Place, ...] = Field(default=(), description="integrity: empty when every byte is as it was signed")
    signers: tuple[Signer, ...] = ()
    approvals: tuple[Approved, ...] = ()
    judgement: Judgement = Judgement.NOT_JUDGED
    differences: tuple[Place, ...] = ()
    versions: dict[str, tuple[str, str]] = Field(
        default_factory=dict, description="of what is of another version now: then and now"
    )

    @property
    def verdict(self) -> Verdict:
        """Broken: changed, wrongly signed, or judged otherwise by the same versions; unknown: by others."""
        if self.faults:
            return Verdict.BROKEN
        if self.judgement is Judgement.OTHERWISE:
            return Verdict.UNKNOWN if self.versions else Verdict.BROKEN
        return Verdict.UNKNOWN if self._redacted_otherwise else Verdict.HOLDS

    @property
    def judged_by(self) -> str:
        """Which versions judged then and now, those that differ."""
        first = [name for name in (KIT, *self.versions) if name in self.versions][:1]
        kinds = [f"{'' if name == KIT else f'{name} '}{then}, now {now}" for name, (then, now) in self._pairs(first)]
        more = len(self.versions) - len(kinds)
        return "judged by " + "; ".join(kinds) + (f" (and {more} libraries of other versions)" if more else "")

    def _pairs(self, names: Iterable[str]) -> list[tuple[str, tuple[str, str]]]:
        return [(name, self.versions[name]) for name in names]

    @property
    def _redacted_otherwise(self) -> bool:
        redacted = self.about.redacted if self.about is not None else None
        return bool(redacted is not None and redacted.judged_otherwise)


def damaged(error: DamagedError) -> Verification:
    """Of a bundle that could not even be opened."""
    return Verification(faults=(Place(where=error.where, what=error.what),))


def integrity_of(bundle: Bundle, keys: Sequence[Key]) -> Verification:
    """Integrity and signatures; nothing is judged."""
    faults = [*integrity.faults(bundle), *integrity.unsigned(bundle, keys)]
    return Verification(
        digest=bundle.digest,
        about=bundle.statement.predicate,
        faults=_places(faults),
        signers=_signers(envelope.signers(bundle.envelope, keys)),
        approvals=tuple(_approvals(bundle, keys)),
        versions=changed(bundle.statement.predicate.versions, versions()),
    )


def judged(found: Verification, differences: Sequence[Fault]) -> Verification:
    """The verification with what judging again came to."""
    judgement = Judgement.OTHERWISE if differences else Judgement.SAME
    return found.model_copy(update={"judgement": judgement, "differences": _places(differences)})


def _places(faults: Iterable[Fault]) -> tuple[Place, ...]:
    return tuple(Place(where=fault.where, what=fault.what) for fault in faults)


def _signers(found: dict[str, bool | None]) -> tuple[Signer, ...]:
    return tuple(Signer(key=key, right=right) for key, right in found.items())


def _approvals(bundle: Bundle, keys: Sequence[Key]) -> Iterable[Approved]:
    try:
        for one in bundle.approvals():
            says = one.statement.predicate
            yield Approved(member=one.name, says=says, signers=_signers(one.signers(keys)))
    except DamagedError:
        # Among the faults already.
        return
