"""A server on loopback for services that are asked over HTTP, and a handler that answers with JSON."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class JsonAnswers(BaseHTTPRequestHandler):
    """A handler that says JSON; which, is its heir's."""

    @property
    def here(self) -> str:
        """The server's own address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def say(self, code: int, body: Any) -> None:
        """Answer with a status and a body."""
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(answers: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server with these answers, which ends with the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
