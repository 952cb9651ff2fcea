"""Who uses the source, by files of repositories: dependencies, configs, Terraform, CI, dashboards, alert rules."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from audit.model.errors import UsageError
from poc.inventory.model import Move, Unseen, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["dependency", "config", "code", "terraform", "ci", "dashboard", "alert"]
_SKIPPED = frozenset({".git", ".hg", ".svn", ".terraform", ".venv", "node_modules", "vendor", "target", "__pycache__"})
_MOST_BYTES = 2_000_000
_ALERTS = re.compile(r"(?m)^\s*-?\s*alert:")
_CI = (".github/workflows/", ".gitlab-ci", "jenkinsfile", ".circleci/", "azure-pipelines", "buildkite")


class Pattern(BaseModel):
    """One thing to look for: a row of patterns.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    files: tuple[str, ...]
    text: str
    move: Move
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan found, and what it could not look into."""

    usages: tuple[Usage, ...]
    unseen: tuple[Unseen, ...]


@cache
def patterns() -> tuple[Pattern, ...]:
    """The table patterns.yaml."""
    text = resources.files("poc.inventory").joinpath("patterns.yaml").read_text("utf-8")
    return tuple(Pattern.model_validate(one) for one in yaml.safe_load(text))


def scan(folders: Sequence[Path], source: str | None) -> Found:
    """Every use of Kafka in folders; ``source`` are the source's bootstrap servers. Raises UsageError for no folder."""
    ready = [(one, re.compile(text)) for one in patterns() if (text := _filled(one.text, source)) is not None]
    usages: list[Usage] = []
    unseen: list[Unseen] = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder: name one with the code of clients")
        for path in _files(folder):
            content = _text(path, folder, unseen)
            if content:
                usages += _uses(f"{folder.name}/{path.relative_to(folder).as_posix()}", content, ready)
    return Found(tuple(usages), tuple(unseen))


def _filled(text: str, source: str | None) -> str | None:
    """A pattern with the source's hosts; None for one that needs them where there are none."""
    if "{source}" not in text:
        return text
    hosts = [re.escape(server.rpartition(":")[0].strip("[]")) for server in (source or "").split(",") if server]
    return text.replace("{source}", "|".join(hosts)) if hosts else None


def _files(folder: Path) -> Iterator[Path]:
    for parent, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if name not in _SKIPPED)
        yield from (Path(parent, name) for name in sorted(names))


def _text(path: Path, folder: Path, unseen: list[Unseen]) -> str:
    """A file's text; empty for what is none, such as a picture."""
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        if path.stat().st_size > _MOST_BYTES:
            unseen.append(Unseen(what=str(path.relative_to(folder)), why=f"larger than {_MOST_BYTES:,} bytes"))
            return ""
        content = path.read_bytes()
    except OSError as error:
        unseen.append(Unseen(what=str(path.relative_to(folder)), why=error.strerror or "not readable"))
        return ""
    return "" if b"\0" in content[:8000] else content.decode("utf-8", "replace")


def _uses(name: str, content: str, ready: Sequence[tuple[Pattern, re.Pattern[str]]]) -> Iterator[Usage]:
    last = name.rpartition("/")[2]
    for pattern, text in ready:
        if not any(fnmatchcase(last, one) for one in pattern.files):
            continue
        seen: set[str] = set()
        for match in text.finditer(content):
            what = " ".join((match[1] if match.re.groups else match[0]).split())
            if what in seen:
                continue
            seen.add(what)
            line = content.count("\n", 0, match.start(1 if match.re.groups else 0)) + 1
            yield Usage(
                pattern=pattern.id,
                kind=_kind(name, content, pattern.kind),
                file=name,
                line=line,
                what=what,
                move=pattern.move,
                note=pattern.note,
            )


def _kind(name: str, content: str, stated: str) -> str:
    """What a place is by its file, where that says more than the pattern."""
    lower = name.lower()
    if lower.endswith((".tf", ".tfvars")):
        return "terraform"
    if any(part in lower for part in _CI):
        return "ci"
    if stated in {"config", "dashboard"} and lower.endswith((".yml", ".yaml", ".rules")) and _ALERTS.search(content):
        return "alert"
    if lower.endswith(".json") and '"panels"' in content:
        return "dashboard"
    return stated
