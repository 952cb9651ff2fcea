"""The folder of a proof of concept's artifacts: where they are written, each whole, and where the scorecard looks."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.evidence.integrity import Fault
from audit.model.errors import UsageError
from cli.folder import OUT, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from audit.report.material import Material
    from cli.judging import Judged
    from poc.case.model import Case

CASE, SCORECARD = "poc.yaml", "scorecard.json"
_KEPT = {".json", ".md", ".yaml", ".svg", ".html", ".pdf"}
"""The endings of artifacts; whatever else lies in the folder stays out of a bundle."""
_MOST_BYTES = 256 << 20


def default(case: Case) -> Path:
    """Where a case's artifacts are written when nothing else is said."""
    return OUT / f"poc-{case.name}"


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write artifacts in the place of earlier ones; raises UsageError where the folder cannot be written to."""
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot be made ({error.strerror}): name another folder with --out") from error
    for name, content in files.items():
        write_file(target / name, content, replace=True)


def audited(from_: Path | None, contract: Path | None, as_of: str | None) -> Judged | None:
    """The audit that --from names, or the only one under out/; None where nothing is named and there is none."""
    from cli import judging

    if from_ is None and not any(OUT.glob("*/run.json")):
        return None
    return judging.judge_path(from_, contract, as_of, ())


def material(
    from_: Path | None, contract: Path | None, policies: Path | None, waivers: Path | None, as_of: str | None
) -> Material | None:
    """The same, judged by policies too, with what somebody accepted."""
    from audit.policy import load
    from cli import judging, waiving

    if from_ is None and not any(OUT.glob("*/run.json")):
        return None
    judged = judging.judge_path(from_, contract, as_of, load(policies))
    return replace(judged.material, findings=waiving.waived(judged, waivers))


def attached(folder: Path) -> dict[str, bytes]:
    """The artifacts of a folder, for a bundle; raises UsageError where no scorecard is among them."""
    if not (folder / SCORECARD).is_file() or not (folder / CASE).is_file():
        raise UsageError(f"{folder} has no {SCORECARD} with its {CASE}: run byoc poc scorecard first")
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix in _KEPT]
    large = [path.name for path in files if path.stat().st_size > _MOST_BYTES]
    if large:
        raise UsageError(f"{folder / large[0]} is larger than {_MOST_BYTES >> 20} MiB: write it again, or take it away")
    return {path.name: path.read_bytes() for path in files}


def faults(files: Mapping[str, bytes], audit: Material) -> Iterator[Fault]:
    """That the artifacts and the audit come to another scorecard than the one beside them."""
    from poc.scorecard.artifacts import Given
    from poc.scorecard.score import scorecard

    if SCORECARD not in files and CASE not in files:
        return
    try:
        told = json.loads(files[SCORECARD])
        case, as_of = _case(files[CASE]), str(told["as_of"])
    except (KeyError, ValueError, TypeError, UsageError) as error:
        yield Fault(SCORECARD, f"cannot be made again: {error}")
        return
    now = scorecard(Given(case, files.get, audit, as_of))
    if now.text().encode() == files[SCORECARD]:
        return
    then = {gate.get("gate"): gate for gate in told.get("gates", ())}
    changed = [row.title for row in now.gates if row.model_dump(mode="json") != then.get(row.gate)]
    yield Fault(SCORECARD, f"is not what the artifacts and the audit come to: {', '.join(changed) or 'its head'}")


def _case(content: bytes) -> Case:
    from audit.policy import plain_yaml
    from poc.case.model import FORMAT, SCHEMA, Case

    return plain_yaml.read(_Text(content), "the case of a bundle").parsed(Case, FORMAT, SCHEMA)


@dataclass(frozen=True)
class _Text:
    """A file in memory."""

    content: bytes
    name: str = CASE

    def open(self, _: str) -> io.BytesIO:
        """The bytes."""
        return io.BytesIO(self.content)
