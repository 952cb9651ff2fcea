"""The audit folder: what rehearse and audit write, whole or not at all, and what the other commands read."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model.contract import BoundaryContract
from audit.model.errors import UsageError
from audit.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OUT = Path("out")
"""Where audit folders are written and looked for."""
OURS = ("run.json", "preflight.json")
"""By which a folder shows that an audit, or a preflight, wrote it."""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill that replaces the target when the block ends well, and is gone when it does not.

    Raises UsageError at once when the target is a file, or a folder that no audit wrote.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file: name another folder with --out")
    if target.is_dir() and any(target.iterdir()) and not any((target / name).is_file() for name in OURS):
        raise UsageError(f"{target} holds something that no audit wrote: name an empty or new folder with --out")
    if not target.name or target.name == "..":
        raise UsageError(f"{target} is where you stand or above: name a folder within it with --out")
    made = [parent for parent in target.parents if not parent.exists()]
    try:
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            yield draft
            with _writing(target):
                _replace(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    finally:
        _drop_empty(made)


def fill(draft: Path, snapshot: Snapshot, contents: Mapping[str, bytes]) -> None:
    """Write a snapshot and the files beside it; raises UsageError when the disk does not take them."""
    with _writing(draft.parent):
        (draft / "snapshot").mkdir()
        snapshot.write(draft / "snapshot")
        for name, content in contents.items():
            (draft / name).parent.mkdir(exist_ok=True)
            (draft / name).write_bytes(content)


def _replace(draft: Path, target: Path) -> None:
    draft.chmod(0o755)
    old = draft.with_name(draft.name + "-old")
    try:
        if target.exists():
            target.rename(old)
        draft.rename(target)
    finally:
        # Whatever comes between the two, the audit that was there stays.
        if old.exists() and not target.exists():
            old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _drop_empty(made: list[Path]) -> None:
    for parent in made:
        with suppress(OSError):
            parent.rmdir()


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written ({error.strerror}): name a place that can be written to"
        ) from error


def write_file(target: Path, content: bytes, *, replace: bool) -> None:
    """Write a file whole or not at all; raises UsageError where it cannot be written, or is there and must stay."""
    if not replace:
        require_new(target)
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    with _writing(target):
        try:
            draft.write_bytes(content)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder that is new or empty, all or none of them; raises UsageError where it cannot."""
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, content in contents.items():
            write_file(folder / name, content, replace=False)
    except UsageError:
        for name in contents:
            (folder / name).unlink(missing_ok=True)
        _drop_empty(made)
        raise


def require_new(target: Path) -> None:
    """Raise UsageError when a file is there that would be lost."""
    if target.exists():
        raise UsageError(f"{target} exists and would be lost: name another file, or take it away first")


def source(path: Path | None) -> Path:
    """The audit folder or snapshot that --from names, or the only one under out/."""
    if path is not None:
        if not path.exists():
            raise UsageError(f"{path} does not exist: name an audit folder or a snapshot with --from")
        return path
    found = sorted(run.parent for run in OUT.glob("*/run.json"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError("no audit folder is under out/: run byoc rehearse or byoc audit, or name one with --from")
    names = ", ".join(map(str, found))
    raise UsageError(f"there are several audit folders ({names}): name one with --from")


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in an audit folder or bundle, or the snapshot itself."""
    if is_bundle(path):
        from audit.evidence.bundle import Bundle

        with Bundle(path) as bundle:
            return Snapshot.of(bundle.snapshot())
    return Snapshot.read(path / "snapshot" if (path / "snapshot").is_dir() else path)


def read_contract(path: Path, given: Path | None) -> BoundaryContract | None:
    """The contract that --contract names, else the folder's or the bundle's, else none."""
    if given is not None:
        return BoundaryContract.read(given)
    if is_bundle(path):
        from audit.evidence.bundle import Bundle

        with Bundle(path) as bundle:
            return BoundaryContract.from_json(json.loads(bundle.read("contract.json")), f"{path}/contract.json")
    beside = path / "contract.json" if path.is_dir() else path.with_suffix(".contract.json")
    return BoundaryContract.read(beside) if beside.is_file() else None


def is_bundle(path: Path) -> bool:
    """Whether a path is an evidence bundle; a snapshot's .zip is none."""
    if not path.is_file():
        return False
    from audit.evidence.bundle import is_bundle as begins_as_one

    return begins_as_one(path)


def dump(data: object) -> str:
    """JSON as every file of the audit folder holds it: sorted keys, one space of indent, a newline at the end."""
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
