"""From an audit folder, a snapshot or a bundle to what a bundle holds, and from a bundle to its judgement again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from audit.evidence import compose, judgement, members
from audit.evidence.bundle import SNAPSHOT, Bundle
from audit.evidence.integrity import Fault
from audit.evidence.redact.key import Pseudonyms
from audit.evidence.redact.whole import Inputs, Redactor
from audit.evidence.statement import Digest, Predicate, Redaction
from audit.model.contract import BoundaryContract
from audit.model.errors import DamagedError, KitError, UsageError
from audit.model.snapshot import MANIFEST, Files, Snapshot, read_manifest
from audit.policy import load, waivers
from cli import folder, judging, poc_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from securesystemslib.signer import Signer

    from audit.evidence.members import Case
    from audit.evidence.writing import Content
    from audit.model.waiver import Waiver
    from audit.policy import Policy


_ANSWERS = "answers.json"


@dataclass(frozen=True)
class Given:
    """What is judged, and by what; ``digest`` is that of the bundle that holds it, where one does."""

    snapshot: Snapshot
    contract: BoundaryContract | None
    policies: tuple[Policy, ...]
    waivers: tuple[Waiver, ...] = ()
    as_of: str | None = None
    files: Mapping[str, Content] = field(default_factory=dict)
    digest: str | None = None
    attached: Mapping[str, bytes] = field(default_factory=dict)

    def judged(self) -> Case:
        """The case that the members of a bundle are made from."""
        options = {"as_of": self.as_of}
        judged = judging.judge_snapshot(self.snapshot, self.contract, policies=self.policies, options=options)
        found = waivers.apply(self.waivers, judged.findings, judged.boundary)
        material = replace(judged.material, findings=found)
        return members.Case(
            judged.snapshot,
            judged.boundary,
            material,
            judged.policies,
            self.waivers,
            judging.run_json(judged),
            self.attached,
        )


def of_bundle(bundle: Bundle) -> Given:
    """What a bundle holds; raises KitError where a member is not what was signed, or cannot be read."""
    pack = members.read_policies(bundle)
    text = bundle.read(members.CONTRACT)
    contract = BoundaryContract.from_json(json.loads(text), f"{bundle.path}/{members.CONTRACT}")
    names = [name for name in bundle.digests if name.startswith(SNAPSHOT)]
    return Given(
        snapshot=Snapshot.of(bundle.snapshot()),
        contract=contract,
        policies=pack,
        waivers=members.read_waivers(bundle, pack),
        as_of=bundle.statement.predicate.as_of,
        files={name: _member(bundle, name) for name in names},
        digest=bundle.digest,
        attached={
            name.removeprefix(members.POC): bundle.read(name) for name in bundle.digests if name.startswith(members.POC)
        },
    )


def _member(bundle: Bundle, name: str) -> Callable[[], Iterator[bytes]]:
    return lambda: bundle.archive.chunks(bundle.entries[name])


def of_path(path: Path, options: Options) -> Given:
    """What an audit folder or a snapshot holds, as of the moment that the folder was judged for."""
    pack, waived = load(options.policies), options.waivers
    return Given(
        snapshot=folder.read_snapshot(path),
        contract=folder.read_contract(path, options.contract),
        policies=pack,
        waivers=waivers.load(waived, {policy.id for policy in pack}) if waived is not None else (),
        as_of=options.as_of or _as_of(path),
        files=_files(path),
        attached=poc_folder.attached(options.poc) if options.poc is not None else {},
    )


def _as_of(path: Path) -> str | None:
    run = path / members.RUN
    if not run.is_file():
        return None
    try:
        found = json.loads(run.read_text("utf-8"))["options"].get("as_of")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(f"{run} is damaged: write the audit folder again, or give --as-of") from error
    return str(found) if found else None


def _files(path: Path) -> dict[str, Content]:
    """The snapshot's files as they stand, byte for byte."""
    place = path / "snapshot" if (path / "snapshot").is_dir() else path
    source = Files(place)
    names = [MANIFEST, *(entry.path for entry in read_manifest(source).files)]
    if place.is_dir():
        return {f"{SNAPSHOT}{name}": place / name for name in names}
    return {f"{SNAPSHOT}{name}": source.read(name) for name in names}


def rendered(snapshot: Snapshot) -> dict[str, Content]:
    """The files of a snapshot that stands nowhere yet."""
    return {f"{SNAPSHOT}{name}": text.encode() for name, text in snapshot.texts().items()}


def again(bundle: Bundle) -> list[Fault]:
    """What judging a bundle again gives otherwise; that it cannot be judged is a difference too."""
    try:
        case = of_bundle(bundle).judged()
    except DamagedError:
        raise
    except KitError as error:
        return [Fault("the snapshot", f"cannot be judged again: {error}")]
    about = bundle.statement.predicate
    now = compose.predicate(case.material, about.taken_at)
    said = [
        Fault("the statement", f"says {what} {getattr(about, what)}, the members say {getattr(now, what)}")
        for what in ("environment", "account", "region")
        if getattr(about, what) != getattr(now, what)
    ]
    joined = poc_folder.faults(case.attached, case.material)
    return [*said, *judgement.compare(bundle, members.rendered(case, judged=True)), *joined]


@dataclass(frozen=True)
class Options:
    """What an audit folder or a snapshot is judged by; a bundle brings its own."""

    contract: Path | None = None
    policies: Path | None = None
    waivers: Path | None = None
    as_of: str | None = None
    poc: Path | None = None


@dataclass(frozen=True)
class Order:
    """What kind of bundle is wanted."""

    previous: Path | None = None
    redact: bool = False
    redact_key: Path | None = None


@dataclass(frozen=True)
class Written:
    """A bundle that was written, and what is to be told about it."""

    digest: str
    members: int
    key: str
    notes: tuple[str, ...]


def write(target: Path, where: Path, options: Options, signer: Signer, order: Order) -> Written:
    """Write the bundle of an audit folder, a snapshot or a bundle; raises KitError when it cannot be written."""
    if not folder.is_bundle(where):
        return _write(target, of_path(where, options), signer, order, where)
    given = [name for name, value in vars(options).items() if value is not None]
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(f"{where} is a bundle, which is judged by what it holds: drop {names}")
    with Bundle(where) as bundle:
        return _write(target, of_bundle(bundle), signer, order, where)


def _write(target: Path, given: Given, signer: Signer, order: Order, where: Path) -> Written:
    case = given.judged()
    notes: tuple[str, ...] = ()
    for fault in poc_folder.faults(case.attached, case.material):
        raise UsageError(
            f"{fault.where} {fault.what}: run byoc poc scorecard with the same audit, policies and waivers"
        )
    if order.redact:
        of = given.digest or _digest(given, case)
        contents, about = _redacted(given, case, Digest(sha256=of), order.redact_key)
        notes = tuple(f"judged otherwise without names: {what}" for what in _otherwise(about))
        if given.attached:
            notes = (*notes, "the proof of concept's artifacts are left out: their names are not replaced")
    else:
        contents, about = _composed(given, case)
        notes = tuple(_notes(where, contents))
    if order.previous is not None:
        about = about.model_copy(update={"previous": compose.require_after(order.previous, about)})
    found = compose.measured(contents)
    made = compose.sealed(target, contents, found, about, signer)
    return Written(made.digest, len(found), signer.public_key.keyid, notes)


def _digest(given: Given, case: Case) -> str:
    """What the bundle with the names would be cited by."""
    contents, about = _composed(given, case)
    return compose.statement(compose.measured(contents), about).digest


def _composed(given: Given, case: Case) -> tuple[dict[str, Content], Predicate]:
    about = compose.predicate(case.material, given.snapshot.manifest.taken_at)
    return {**given.files, **members.rendered(case)}, about


def _redacted(given: Given, case: Case, of: Digest, key: Path | None) -> tuple[dict[str, Content], Predicate]:
    """The same case under pseudonyms, judged again; raises EvidenceError where a name would still show."""
    inputs = Inputs(given.snapshot, case.material.contract, given.policies, given.waivers)
    redactor = Redactor(inputs, Pseudonyms.of(key))
    now = redactor.inputs()
    files = rendered(now.snapshot)
    hidden = Given(now.snapshot, now.contract, now.policies, now.waivers, case.material.as_of, files)
    judged = hidden.judged()
    contents, about = _composed(hidden, judged)
    redactor.require_gone(contents)
    redaction = Redaction(of=of, judged_otherwise=tuple(judgement.otherwise(case.material, judged.material)))
    return contents, about.model_copy(update={"redacted": redaction})


def _otherwise(about: Predicate) -> tuple[str, ...]:
    return about.redacted.judged_otherwise if about.redacted is not None else ()


def _notes(where: Path, contents: Mapping[str, Content]) -> Iterator[str]:
    """That a folder's own answers are not the bundle's: another kit judged it, or by another contract."""
    beside = where / _ANSWERS
    if beside.is_file() and beside.read_bytes() != contents[_ANSWERS]:
        yield f"{beside} was judged otherwise, by another version or contract: the bundle holds what is judged now"
