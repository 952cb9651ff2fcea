"""What the expressions of a row see: the inputs, the answers so far, the id, and where all of it happens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath import functions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacks.rehearsal.cloud import Cloud


@dataclass(slots=True)
class Scene:
    """One resource while it is made, read, changed or deleted.

    ``answers`` holds each call's answer by operation name; ``state`` the outputs before a change.
    """

    cloud: Cloud
    name: str
    inputs: Mapping[str, Any]
    region: str
    tags: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    item: Any = None
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The 12-digit account."""
        return self.cloud.account

    def view(self) -> dict[str, Any]:
        """The scene as JSON, for JMESPath."""
        return {
            "id": self.id,
            "name": self.name,
            "inputs": self.inputs,
            "answers": self.answers,
            "item": self.item,
            "state": self.state,
            "account": self.account,
            "region": self.region,
            "partition": self.cloud.partition,
            "tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "tag_map": dict(self.tags),
        }

    def evaluate(self, expression: str | Callable[[Scene], Any]) -> Any:
        """The value of an expression here."""
        if not isinstance(expression, str):
            return expression(self)
        options = jmespath.Options(custom_functions=_Functions(self))
        return jmespath.search(expression, self.view(), options)

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """An ARN in this account, region and partition; empty strings leave region or account out."""
        place = self.region if region is None else region
        owner = self.account if account is None else account
        return f"arn:{self.cloud.partition}:{service}:{place}:{owner}:{resource}"


class _Functions(functions.Functions):
    """Functions beside JMESPath's own.

    ``arn(service, resource)``, ``parse(json)``, ``to_whole(number)``, and ``prune(value)``, which drops null members.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_arn(self, service: str, resource: str) -> str:
        return self._scene.arn(service, resource)

    @functions.signature({"types": ["array", "object"]})
    def _func_prune(self, value: Any) -> Any:
        return _pruned(value)

    @functions.signature({"types": ["number", "string", "null"]})
    def _func_to_whole(self, value: float | str | None) -> int | None:
        return None if value is None else int(value)

    @functions.signature({"types": ["string"]})
    def _func_parse(self, text: str) -> Any:
        return json.loads(text)


def _pruned(value: Any) -> Any:
    match value:
        case dict():
            return {key: _pruned(item) for key, item in value.items() if item is not None}
        case list():
            return [_pruned(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
