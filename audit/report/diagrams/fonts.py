"""The fonts within a drawing of d2's, for typst, which does not read fonts that an SVG embeds."""

from __future__ import annotations

import base64
import re
import struct
import zlib

FAMILY = "Source Sans Pro"
"""The family that d2 draws with."""
_STYLES = {"regular": "", "bold": "; font-weight: 700", "italic": "; font-style: italic"}
_EMBEDDED = re.compile(r"@font-face \{[^}]*?base64,(?P<woff>[A-Za-z0-9+/=]+)[^}]*\}")
_NAMED = re.compile(r'font-family: "d2-\d+-font-(?P<style>regular|bold|italic)"')
_HEAD, _ENTRY = struct.Struct(">4xI4xH30x"), struct.Struct(">4sIIII")


def embedded(svg: str) -> list[bytes]:
    """The fonts of a drawing as TrueType or OpenType files, each with only the letters that it uses."""
    return [_sfnt(base64.b64decode(found["woff"])) for found in _EMBEDDED.finditer(svg)]


def named(svg: str) -> str:
    """The drawing with its fonts named by family, weight and style instead of embedded."""
    return _NAMED.sub(lambda found: f'font-family: "{FAMILY}"{_STYLES[found["style"]]}', _EMBEDDED.sub("", svg))


def _sfnt(woff: bytes) -> bytes:
    """A WOFF file unpacked (W3C, WOFF File Format 1.0): the same tables, uncompressed, under an OpenType header."""
    flavor, count = _HEAD.unpack_from(woff)
    head, body = b"", b""
    for number in range(count):
        tag, offset, packed, length, checksum = _ENTRY.unpack_from(woff, _HEAD.size + number * _ENTRY.size)
        table = woff[offset : offset + packed]
        head += struct.pack(">4sIII", tag, checksum, 12 + 16 * count + len(body), length)
        body += (zlib.decompress(table) if packed < length else table) + b"\0" * (-length % 4)
    power = count.bit_length() - 1
    return struct.pack(">IHHHH", flavor, count, 16 << power, power, 16 * count - (16 << power)) + head + body
