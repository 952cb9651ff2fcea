"""The rehearsal's embedded AWS, with each call counted at its door: ``python -m bench.embedded``."""

from __future__ import annotations

import json
import resource
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from stacks.rehearsal import server

if TYPE_CHECKING:
    from collections.abc import Iterable

METER = "/bench/meter"


class _Counted:
    """Counts the calls, and answers how many came and what CPU they cost here."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._calls = 0
        self._counting = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == METER:
            return self._read(start_response)
        with self._counting:
            self._calls += 1
        return self._application(environ, start_response)  # type: ignore[no-any-return]  # moto has no types

    def _read(self, start_response: Any) -> Iterable[bytes]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        body = json.dumps({"calls": self._calls, "cpu": used.ru_utime + used.ru_stime}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def _counting(host: str, port: int, application: Any, **options: Any) -> Any:
    return make_server(host, port, _Counted(application), **options)


def main() -> None:
    """Serve until the parent leaves."""
    server.make_server = _counting  # type: ignore[assignment, attr-defined]  # the only door to the application
    server.serve()


if __name__ == "__main__":
    main()
