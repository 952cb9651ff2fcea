"""What a run leaves on disk: rows of fixed width, appended while it runs, and read as arrays.

Times are nanoseconds of this machine's monotonic clock, which all processes of a run share; no other host's is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

ACKNOWLEDGED = np.dtype([("number", "<i8"), ("sent", "<i8"), ("done", "<i8"), ("offset", "<i8"), ("error", "<i4")])
"""A delivery report: record, when it was handed to the client, when the report came, offset, librdkafka's error."""
READ = np.dtype([("number", "<i8"), ("done", "<i8"), ("partition", "<i4"), ("offset", "<i8")])
"""A record that a consumer got."""
_ROWS = 65_536


class Log:
    """An append-only file of rows; a row is one assignment, so that keeping the log costs the load little."""

    def __init__(self, path: Path, kind: np.dtype[np.void]) -> None:
        self._file = path.open("ab")
        self._rows = np.zeros(_ROWS, kind)
        self._used = 0
        self.count = 0

    def add(self, *row: int) -> None:
        """Add a row."""
        if self._used == _ROWS:
            self.flush()
        self._rows[self._used] = row
        self._used += 1
        self.count += 1

    def flush(self) -> None:
        """Write what was added to the file."""
        self._file.write(self._rows[: self._used].tobytes())
        self._file.flush()
        self._used = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()
        self._file.close()


def read(path: Path, kind: np.dtype[np.void]) -> NDArray[np.void]:
    """The rows of a file, none where it is not there; a last row that was cut is left out."""
    if not path.exists():
        return np.zeros(0, kind)
    return np.frombuffer(path.read_bytes(), kind, count=path.stat().st_size // kind.itemsize)
