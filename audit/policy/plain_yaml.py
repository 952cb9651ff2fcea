"""YAML as people review it: small, without anchors, each key once; and the line of each thing in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

Model = TypeVar("Model", bound=BaseModel)
MOST_BYTES = 1_000_000
_DEEPEST = 50
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


_Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc, valid-type]  # the quick one, where PyYAML was built with it
    """Days stay texts: one that the calendar lacks is then an error like any other."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # a table of the library's own
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Readable(Protocol):
    """A file on the disk, in a package or in memory."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Its bytes."""


@dataclass(frozen=True)
class Document:
    """A file's content, and where in the file its parts stand."""

    name: str
    data: Any
    _root: yaml.Node | None

    def parsed(self, model: type[Model], version: str, schema: str) -> Model:
        """The content as a model; raises UsageError for another ``format`` than version, and for the first fault."""
        found = self.data.get("format") if isinstance(self.data, dict) else None
        if found != version:
            raise UsageError(
                f"{self.name} has format {found}, this kit reads {version}: write format: {version} at its top"
            )
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise UsageError(
                f"{self.place(first['loc'])}: {first['msg'].removeprefix('Value error, ')}: see {schema}"
            ) from error

    def place(self, path: Sequence[int | str]) -> str:
        """The file, the line and the path of a part; of the nearest part around it that is there."""
        node = self._root
        for step in path:
            node = _within(node, step) or node
        line = f"line {node.start_mark.line + 1}: " if node is not None else ""
        return f"{self.name}: {line}{'.'.join(map(str, path))}"


def read(file: Readable, what: str) -> Document:
    """The document in a file; raises UsageError, in which ``what`` says what was asked for, when it is not plain."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} cannot be read ({error}): name a text file with {what}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(
            f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB: that is no file of {what}, split it"
        )
    try:
        _require_plain(file.name, text)
        loader = _Loader(text)
        root = loader.get_single_node()
        _require_once(file.name, root)
        data = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{file.name} is no YAML ({' '.join(str(error).split())}): mend the file") from error
    return Document(file.name, data, root)


def _require_plain(name: str, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Safe):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if getattr(event, "anchor", None) is not None:
            raise UsageError(f"{name}: line {line}: anchors and aliases hide what is said: write it out")
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > _DEEPEST:
            raise UsageError(f"{name}: line {line}: it is nested more than {_DEEPEST} deep: mend the file")


def _require_once(name: str, node: yaml.Node | None) -> None:
    match node:
        case yaml.MappingNode():
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                    line = key.start_mark.line + 1
                    raise UsageError(f"{name}: line {line}: {key.value} is said twice: keep one of the two")
                seen.add(str(key.value))
                _require_once(name, value)
        case yaml.SequenceNode():
            for item in node.value:
                _require_once(name, item)


def _within(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    match node:
        case yaml.MappingNode():
            return next((value for key, value in node.value if key.value == step), None)
        case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
            found: yaml.Node = node.value[step]
            return found
    return None
