"""``byoc evidence``: bundles that anyone can check: keys, writing, checking, a reviewer's word, and the series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import DamagedError, UsageError
from audit.model.verdict import Verdict
from cli.options import AsOf, ContractFile, FailOn, Format, From, Output, Policies, Waivers, exit_code, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel
    from securesystemslib.signer import Key, Signer

    from audit.evidence.verification import Verification

BundleFile = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle, a .zip.")]
SigningKey = Annotated[
    str, typer.Option("--key", metavar="FILE|ARN", help="The private key: a file of keygen's, or a KMS key by ARN.")
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Evidence bundles: signed, and checked by anyone.")
    group.command("keygen")(keygen)
    group.command("bundle")(bundle)
    group.command("verify")(verify)
    group.command("approve")(approve)
    group.command("history")(history)
    app.add_typer(group, name="evidence")


def keygen(
    out: Annotated[Path, typer.Option("--out", help="The private key to write; the public one stands beside it.")],
) -> None:
    """Make a pair of ed25519 keys: FILE, which only you can read and which signs, and FILE.pub, which checks."""
    from audit.evidence import keys

    made = keys.generate(out)
    typer.echo(f"wrote {out} (keep it to yourself) and {keys.public_file(out)} (give it to who checks)")
    typer.echo(f"key {made.keyid}")


def bundle(
    *,
    key: SigningKey,
    out: Annotated[Path, typer.Option("--out", help="The bundle to write, a .zip that is not there yet.")],
    from_: From = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="The bundle before this one, which is cited by its digest.")
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace account ids, names and addresses by stable pseudonyms.")
    ] = False,
    redact_key: Annotated[
        Path | None,
        typer.Option(
            "--redact-key",
            help="With --redact: a file of 32 random bytes or more that you keep, so that the pseudonyms stay the same "
            "from bundle to bundle; default: a key that is thrown away.",
        ),
    ] = None,
    contract: ContractFile = None,
    policies: Policies = None,
    waivers: Waivers = None,
    as_of: AsOf = None,
    poc: Annotated[
        Path | None, typer.Option("--poc", help="A folder of byoc poc's artifacts with their scorecard, to put in too.")
    ] = None,
) -> None:
    """Write an evidence bundle: the snapshot and all that follows from it, under one signature."""
    from cli import bundling, folder, waiving

    if redact_key is not None and not redact:
        raise UsageError("--redact-key goes with --redact: add that, or drop the key")
    folder.require_new(out)
    signer, where = _signer(key), folder.source(from_)
    options = bundling.Options(contract, policies, waiving.file(waivers), as_of, poc)
    order = bundling.Order(previous=previous, redact=redact, redact_key=redact_key)
    written = bundling.write(out, where, options, signer, order)
    for note in written.notes:
        typer.echo(note, err=True)
    typer.echo(f"wrote {out}: bundle {written.digest}, {written.members} members, signed by key {written.key}")


def verify(
    file: BundleFile,
    *,
    key: Annotated[
        list[Path],
        typer.Option(help="The public key that must have signed the bundle; repeat it for the keys of reviewers."),
    ],
    integrity_only: Annotated[
        bool, typer.Option("--integrity-only", help="Check digests and signatures; do not judge the snapshot again.")
    ] = False,
    output: Output = Format.TEXT,
) -> None:
    """Check that a bundle is as it was signed, and judge its snapshot again by its own policies.

    Exits with 1 when a byte was changed or the same versions judge otherwise, with 2 when other versions do.
    """
    from audit.evidence import keys, text

    found = _verified(file, [keys.read_key(one) for one in key], judging=not integrity_only)
    _print(output, found, text.verification(found))
    raise typer.Exit(exit_code(found.verdict, FailOn.UNKNOWN))


def approve(
    file: BundleFile,
    *,
    as_: Annotated[str, typer.Option("--as", help="Who says it: a team or an office, such as Security.")],
    question: Annotated[str, typer.Option(help="The boundary question that it is about, such as bucket_owner.")],
    verdict: Annotated[Verdict, typer.Option(help="What you hold of it.")],
    key: SigningKey,
    note: Annotated[str, typer.Option(help="Why, for who reads the bundle.")] = "",
    date: Annotated[
        str | None, typer.Option(callback=moment, help="When it was said (ISO-8601 UTC); default: now.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write to another file; default: into the bundle.")] = None,
) -> None:
    """Add a reviewer's signed statement to a bundle; nothing that was signed before changes."""
    from audit.evidence import approval
    from audit.evidence.bundle import Bundle
    from audit.evidence.statement import Approval
    from cli import folder, walking

    if out is not None:
        folder.require_new(out)
    said = Approval(by=as_, question=question, verdict=verdict.value, note=note, date=date or walking.now())
    signer = _signer(key)
    with Bundle(file) as opened:
        made = approval.approve(opened, said, signer, out or file)
    typer.echo(f"{as_} on {question}: {verdict.value}, in {out or file}, approval {made.digest}")


def history(
    place: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that holds the bundles of a series.")],
    *,
    key: Annotated[
        list[Path] | None, typer.Option(help="A public key that is known to sign the series; repeat it for several.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Show a series of bundles in order: what is missing, forked, changed or signed by an unknown key.

    Exits with 1 when the series is broken, with 2 when a signer is not known.
    """
    from audit.evidence import history as series
    from audit.evidence import keys, text

    files = sorted(place.glob("*.zip"))
    if not files:
        raise UsageError(f"{place} holds no bundle (.zip): name a folder with bundles")
    found = series.read(files, [keys.read_key(one) for one in key or ()])
    _print(output, found, text.history(found))
    raise typer.Exit(exit_code(found.verdict, FailOn.UNKNOWN))


def _signer(key: str) -> Signer:
    if key.startswith("arn:"):
        from cli.kms import KmsSigner

        return KmsSigner(key)
    from audit.evidence import keys

    return keys.read_signer(Path(key))


def _verified(file: Path, keys: list[Key], *, judging: bool) -> Verification:
    from audit.evidence import verification
    from audit.evidence.bundle import Bundle
    from cli import bundling

    try:
        with Bundle(file) as opened:
            found = verification.integrity_of(opened, keys)
            if found.faults or not judging:
                return found
            return verification.judged(found, bundling.again(opened))
    except DamagedError as error:
        return verification.damaged(error)


def _print(output: Format, found: BaseModel, lines: Iterator[str] | Iterable[str]) -> None:
    if output is Format.JSON:
        from cli.folder import dump

        typer.echo(dump(found.model_dump(mode="json", by_alias=True) | {"verdict": _verdict(found)}), nl=False)
        return
    for line in lines:
        typer.echo(line)


def _verdict(found: BaseModel) -> str:
    return str(getattr(found, "verdict", ""))
