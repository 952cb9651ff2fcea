"""JMESPath as the rows write it, with functions of ours.

Two are over what iam:GetAccountAuthorizationDetails answers. ``trusts(@, 'lambda')``: whether some role may let in the
service. ``may_use(@, 'ecs')``: whether some principal may do something with it. Both are true where that cannot be
told. ``distinct(texts)``: each text once, sorted. ``pairs(texts, @)``: each text with the answer as a whole, which a
projection of JMESPath cannot see. ``filter('image-id', texts)``: a filter as EC2 takes it.
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

    @functions.signature({"types": ["array-string", "null"]}, {"types": ["object"]})
    def _func_pairs(self, texts: list[str] | None, whole: dict[str, Any]) -> list[Any]:
        return [[text, whole] for text in texts or ()]

    @functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_filter(self, name: str, values: list[str]) -> list[dict[str, Any]]:
        return [{"Name": name, "Values": values}]


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def search(path: str, answer: Any) -> Any:
    """What a row's JMESPath finds in an answer; each path is compiled once."""
    return _compile(path).search(answer, _OPTIONS)
