"""A large bundle, written and checked for integrity: ``python -m bench.large`` reads an order and prints JSON.

The order is ``{folder, bytes}``. Judging is left out: it needs the snapshot in memory, however the bundle is read.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.evidence import compose, integrity, keys
from audit.evidence.bundle import Bundle
from audit.evidence.statement import Predicate
from bench.measured import peak

if TYPE_CHECKING:
    from audit.evidence.writing import Content

_LINES = 10_000
_TIME = "2026-01-01T00:00:00Z"


def _fill(file: Path, size: int) -> None:
    """Records as a walk writes them, again and again."""
    body = {
        "operation": "GetRole",
        "params": {"RoleName": "r"},
        "response": {"Role": {"Path": "/", "RoleName": "r" * 99}},
    }
    lines = "".join(json.dumps({**body, "number": number}) + "\n" for number in range(_LINES)).encode()
    with file.open("wb") as out:
        while out.tell() < size:
            out.write(lines)


def _bundle(place: Path, size: int) -> dict[str, Any]:
    record, target = place / "iam.jsonl", place / "large.zip"
    _fill(record, size)
    keys.generate(place / "large-key")
    signer = keys.read_signer(place / "large-key")
    about = Predicate(environment="e", account="1", region="r", taken_at=_TIME, as_of=_TIME, versions={})
    contents: dict[str, Content] = {"snapshot/1/global/iam.jsonl": record}
    began = time.perf_counter()
    compose.sealed(target, contents, compose.measured(contents), about, signer)
    written = time.perf_counter()
    with Bundle(target) as bundle:
        faults = [*integrity.faults(bundle), *integrity.unsigned(bundle, [signer.public_key])]
    if faults:
        raise ValueError(f"the bundle is not sound: {faults}")
    return {"write": written - began, "verify": time.perf_counter() - written, "peak": peak()}


def main() -> None:
    """Run the order on standard input."""
    order = json.load(sys.stdin)
    json.dump(_bundle(Path(order["folder"]), order["bytes"]), sys.stdout)


if __name__ == "__main__":
    main()
