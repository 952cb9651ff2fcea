"""Properties on the wire of the provider door: Pulumi's marks for secret, unknown, output and resource, and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from stacks.rehearsal.secrets import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN: str = rpc.UNKNOWN
"""What stands for a value that only the operation itself will tell, in a preview."""
_SIGNATURE = rpc._special_sig_key  # noqa: SLF001  # Pulumi publishes the wire's words nowhere else
_SECRET = rpc._special_secret_sig  # noqa: SLF001  # the same
_OUTPUT = rpc._special_output_value_sig  # noqa: SLF001  # the same
_RESOURCE = rpc._special_resource_sig  # noqa: SLF001  # the same
# Shorter secrets would take harmless text for themselves.
_SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Properties:
    """Properties as plain values, and which of them are secret.

    Attributes:
        values: by name; whole numbers are ints, unknown ones are ``UNKNOWN``.
        secret: the names of those that hold a secret anywhere within.
        hidden: the secret texts themselves.
    """

    values: dict[str, Any]
    secret: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @classmethod
    def read(cls, wire: struct_pb2.Struct) -> Properties:
        """Read what the engine sent."""
        values, secret = opened(_mapping(_plain(json_format.MessageToDict(wire))))
        hidden = frozenset(text for name in secret for text in _texts(values[name]))
        return cls(values, secret, frozenset(text for text in hidden if len(text) >= _SHORTEST_SECRET))

    def wire(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        """Outputs for the engine: sealed where the property was secret, or where a secret text shows in another."""
        return to_wire(
            {name: _sealed(value) if self._is_secret(name, value) else value for name, value in values.items()}
        )

    def masked(self, text: str) -> str:
        """A message without the secret texts, which AWS repeats in its errors."""
        for secret in self.hidden:
            text = text.replace(secret, "[secret]")
        return text

    def _is_secret(self, name: str, value: Any) -> bool:
        return name in self.secret or any(secret in text for text in _texts(value) for secret in self.hidden)


def to_wire(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Plain values for the engine; those that are None are left out, as the AWS provider leaves them out."""
    wire = struct_pb2.Struct()
    wire.update({name: value for name, value in values.items() if value is not None})
    return wire


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value)


def _sealed(value: Any) -> dict[str, Any]:
    return {_SIGNATURE: _SECRET, "value": value}


def _plain(value: Any) -> Any:
    """JSON with output values and resource references opened; secrets stay wrapped."""
    match value:
        case dict():
            return _opened(value)
        case list():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _opened(value: dict[str, Any]) -> Any:
    match value.get(_SIGNATURE):
        case kind if kind == _OUTPUT:
            inner = _plain(value.get("value", UNKNOWN))
            return _sealed(inner) if value.get("secret") else inner
        case kind if kind == _RESOURCE:
            # A reference to a component has no id: it is then known by its URN.
            return _plain(value.get("id") or value["urn"])
        case _:
            return {key: _plain(item) for key, item in value.items()}


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
