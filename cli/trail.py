"""CloudTrail's events from files: those that a trail delivers, and what the AWS CLI prints of them."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NAMES = (".json", ".json.gz")


def events(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The events in files and folders; raises UsageError for what cannot be read or holds none."""
    for path in paths:
        files = sorted(one for one in path.rglob("*") if one.name.endswith(_NAMES)) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path} holds no files of a trail (.json, .json.gz): name where they were copied to")
        for file in files:
            yield from _events(file)


def _events(file: Path) -> Iterator[dict[str, Any]]:
    data = _read(file)
    texts = []
    if isinstance(data, dict) and isinstance(data.get("Records"), list):  # a trail's file
        yield from (one for one in data["Records"] if isinstance(one, dict))
        return
    if isinstance(data, dict) and isinstance(data.get("Events"), list):  # aws cloudtrail lookup-events
        texts = [one.get("CloudTrailEvent") for one in data["Events"]]
    elif isinstance(data, dict) and isinstance(data.get("events"), list):  # aws logs filter-log-events
        texts = [one.get("message") for one in data["events"]]
    elif isinstance(data, dict) and not {"logFiles", "digestS3Bucket"} & data.keys():
        raise UsageError(f"{file} holds no events of CloudTrail: name files of a trail, or what the AWS CLI printed")
    for text in texts:
        event = _parsed(file, str(text))
        if isinstance(event, dict):
            yield event


def _read(file: Path) -> Any:
    try:
        raw = file.read_bytes()
        text = (gzip.decompress(raw) if file.name.endswith(".gz") else raw).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error}): copy it again from the audit bucket") from error
    return _parsed(file, text)


def _parsed(file: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{file} is no JSON ({error}): copy it again from the audit bucket") from error
