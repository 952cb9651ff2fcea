"""JMESPath as the rows write it, with two functions of ours over what iam:GetAccountAuthorizationDetails answers.

``trusts(@, 'lambda')``: whether some role may let in the service. ``may_use(@, 'ecs')``: whether some principal may do
something with it. Both are true where that cannot be told.
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


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def search(path: str, answer: Any) -> Any:
    """What a row's JMESPath finds in an answer; each path is compiled once."""
    return _compile(path).search(answer, _OPTIONS)
