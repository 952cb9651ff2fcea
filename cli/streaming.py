"""JSON Lines through the simulator: what was read is answered before more is awaited, byte for byte in order."""

from __future__ import annotations

import json
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedIOBase

    Simulator = Callable[[Iterable[str]], Iterator[str]]

STANDARD_INPUT = Path("-")
_CHUNK = 1 << 16
_NO_JSON = "\0"
"""Stands for a line that is no text, so that the simulator answers it with some error, which is put right."""
_BOM = b"\xef\xbb\xbf"


def simulate(file: Path, simulator: Simulator) -> None:
    """Decide each line of a file, or of standard input for ``-``; raises UsageError for one that cannot be read."""
    if file == STANDARD_INPUT:
        stream(cast("BufferedIOBase", sys.stdin.buffer), _write, simulator)
        return
    try:
        with file.open("rb") as source:
            stream(source, _write, simulator)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"{file} cannot be read ({error.strerror}): name a file of JSON Lines, or -") from error


def stream(source: BufferedIOBase, write: Callable[[bytes], Any], simulator: Simulator) -> None:
    """Write one decision for each line that is not blank; what is ready is written before more is read."""
    made: list[bytes] = []
    wrong: deque[str | None] = deque()

    def flush() -> None:
        if made:
            write(b"".join(made))
            made.clear()

    for decision in simulator(_texts(_lines(source, flush), wrong)):
        problem = wrong.popleft()
        line = decision if problem is None else json.dumps({"id": None, "error": problem}, ensure_ascii=False)
        # A lone surrogate, which JSON can escape and UTF-8 cannot carry, leaves as it came: \udXXX.
        made.append(line.encode("utf-8", "backslashreplace") + b"\n")
    flush()


def _lines(source: BufferedIOBase, before_reading: Callable[[], None]) -> Iterator[bytes]:
    """The lines of a source, ended by line feeds alone."""
    rest: list[bytes] = []
    while chunk := source.read1(_CHUNK):
        first, *more = chunk.split(b"\n")
        rest.append(first)
        for part in more:
            yield b"".join(rest)
            rest = [part]
        before_reading()
    yield b"".join(rest)


def _texts(lines: Iterator[bytes], wrong: deque[str | None]) -> Iterator[str]:
    """Each line as text; ``wrong`` keeps what is wrong with each that is answered, None for nothing."""
    for number, line in enumerate(lines, start=1):
        try:
            text = (line.removeprefix(_BOM) if number == 1 else line).decode("utf-8")
            problem = None
        except UnicodeDecodeError as error:
            text, problem = _NO_JSON, f"line {number}: byte {error.start + 1} is not UTF-8: write the file as UTF-8"
        if text.strip():
            wrong.append(problem)
        yield text


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
