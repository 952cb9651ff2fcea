"""The child that is the embedded AWS: moto's server on a free port of 127.0.0.1, which it prints as its only line."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from stacks.rehearsal import corrections, lifeline
from stacks.rehearsal.environment import CHOICE

if TYPE_CHECKING:
    from collections.abc import Iterable


_CHOICE = "HTTP_" + CHOICE.upper().replace("-", "_")
_LARGE = ("ec2", "iam", "elbv2", "s3")


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # moto ships no type information
    """Keeps connections open: a rehearsal makes hundreds of calls."""

    protocol_version = "HTTP/1.1"
    # Header and body are two writes: with Nagle's algorithm each answer waits for a delayed acknowledgement.
    disable_nagle_algorithm = True


class _OneAtATime:
    """moto's state is plain dictionaries: one call at a time, so that no two change them together."""

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)
        self._turn = threading.Lock()

    def warm(self) -> None:
        """Make the largest services' applications before they are asked for."""
        for service in _LARGE:
            self._application.app_instances[service] = create_backend_app(service)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._turn:
            corrections.choose(environ.get(_CHOICE, ""))
            return self._application(environ, start_response)  # type: ignore[no-any-return]  # the same


def serve() -> None:
    """Serve until the parent closes our standard input or ends us."""
    lifeline.hold(sys.stdin)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    corrections.apply()
    application = _OneAtATime()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    # Calls wait in the socket's queue meanwhile.
    application.warm()
    server.serve_forever()


if __name__ == "__main__":
    serve()
