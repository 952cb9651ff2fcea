"""What the access commands ask of a boundary: its derived edges where it has them, the evaluator where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access import explain as explaining
from audit.access.holdings import Holdings
from audit.boundary import PRIVILEGES
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.access.explain import Explanation
    from audit.boundary import Boundary
    from audit.model.graph import Edge


def can(boundary: Boundary, principal: str) -> list[Edge]:
    """The derived edges of a principal; one of an account that was not walked also has what that account is given."""
    sources = [principal, *_beside(boundary, principal)]
    found = (edge for source in sources for edge in boundary.graph.edges(*PRIVILEGES, source=source))
    return sorted(found, key=lambda edge: (edge.target, list(PRIVILEGES).index(edge.kind), edge.source))


def _beside(boundary: Boundary, principal: str) -> Iterable[str]:
    account = Arn.parse(principal).account if is_arn(principal) else principal if principal.isdigit() else ""
    walked = {node.account for node in boundary.graph.nodes(NodeKind.ROOT_USER)}
    if not account or account in walked:
        return ()
    root = f"arn:{boundary.contract.partition}:iam::{account}:root"
    return [one for one in (account, root, "*") if one != principal]


def explain(
    boundary: Boundary, principal: str, action: str, resource: str, context: Mapping[str, tuple[str, ...]]
) -> Explanation:
    """Explain one request as of the boundary's time."""
    question = explaining.Question(principal, action, resource, context)
    return explaining.explain(Holdings(boundary.graph), question, boundary.now)


def context(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The context keys of ``KEY=VALUE`` options; a key given twice has both values. Raises UsageError for no pair."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or ":" not in key.strip(":"):
            raise UsageError(f"--context {text} is no KEY=VALUE: write it like aws:SourceVpce=vpce-1")
        known = next((name for name in found if name.lower() == key.lower()), key)
        found[known] = (*found.get(known, ()), value)
    return found
