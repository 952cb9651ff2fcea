"""Requests that no library sends: an ApiVersions of a version that nobody knows, on a connection of its own."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

    from poc.compat.site import Site

_SECONDS = 10


def api_versions_frame(site: Site, version: int) -> tuple[int, int]:
    """The error code and the number of API keys that answer an ApiVersions request of any version.

    Every broker answers it before authentication; to a version that it does not know by version 0 (KIP-511).
    """
    host, _, port = site.cluster.bootstrap.partition(",")[0].rpartition(":")
    context: ssl.SSLContext | None = site.settings.python.get("ssl_context")
    client = b"byoc"
    # Header version 2: key, version, correlation id, client id, no tags; the body: two compact strings, no tags.
    header = struct.pack(">hhih", 18, version, 1, len(client)) + client + b"\0"
    body = b"\x05byoc\x021\0"
    with socket.create_connection((host.strip("[]"), int(port)), _SECONDS) as plain:
        stream = context.wrap_socket(plain, server_hostname=host.strip("[]")) if context else plain
        stream.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        (size,) = struct.unpack(">i", _exactly(stream, 4))
        answer = _exactly(stream, size)
    code, keys = struct.unpack(">hi", answer[4:10])
    return code, keys


def _exactly(stream: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = stream.recv(size - len(found))
        if not more:
            raise ConnectionResetError("the broker closed the connection instead of an answer")
        found += more
    return found
