"""BinaryEquals: base64 texts compared byte for byte. AWS page as in the package."""

from __future__ import annotations

import base64
import binascii

from audit.access.conditions.operator import Operator


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _same(policy: str, request: str) -> bool:
    wanted = _bytes(policy)
    return wanted is not None and wanted == _bytes(request)


def _valid(text: str) -> bool:
    return _bytes(text) is not None


OPERATORS = (Operator("BinaryEquals", _same, _valid),)
