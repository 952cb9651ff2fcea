"""JMESPath as the rows write it, with functions of ours.

Two are over what iam:GetAccountAuthorizationDetails answers. ``trusts(@, 'lambda')``: whether some role may let in the
service. ``may_use(@, 'ecs')``: whether some principal may do something with it. Both are true where that cannot be
told. ``distinct(texts)``: each text once, sorted. ``each_with(texts, 'name', {cluster: 'c'})``: a mapping for each
text, under that name, with what all have in common, which a projection of JMESPath cannot see.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jmespath
from jmespath import functions

from audit.services.authorizations import authorizations

_compile = cache(jmespath.compile)


class _Functions(functions.Functions):
    @functions.signature({"types": ["object"]}, {"types": ["string"]})
    def _func_trusts(self, details: dict[str, Any], service: str) -> bool:
        return authorizations(details).trusts(service)

    @functions.signature({"types": ["object"]}, {"types": ["string"]})
    def _func_may_use(self, details: dict[str, Any], service: str) -> bool:
        return authorizations(details).may_use(service)

    @functions.signature({"types": ["array-string", "null"]})
    def _func_distinct(self, texts: list[str] | None) -> list[str]:
        return sorted(set(texts or ()))

    @functions.signature({"types": ["array-string", "null"]}, {"types": ["string"]}, {"types": ["object"]})
    def _func_each_with(self, texts: list[str] | None, name: str, alike: dict[str, Any]) -> list[dict[str, Any]]:
        return [{name: text, **alike} for text in texts or ()]


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def search(path: str, answer: Any) -> Any:
    """What a row's JMESPath finds in an answer; each path is compiled once."""
    return _compile(path).search(answer, _OPTIONS)
