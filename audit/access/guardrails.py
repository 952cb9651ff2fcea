"""Control policies as if they were attached: what an organisation's policies would take away, asked beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access.policy import FULL_ACCESS
from audit.model.errors import UsageError
from audit.model.facts import Fact, Unknown
from audit.model.graph import Node, NodeKind
from audit.model.snapshot import GLOBAL

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph


@dataclass(frozen=True, slots=True)
class Guardrails:
    """Documents of SCPs and RCPs that would be attached to an account, each beside FullAWSAccess."""

    scp: tuple[dict[str, Any], ...]
    rcp: tuple[dict[str, Any], ...]

    def attach(self, graph: BoundaryGraph, account: str) -> None:
        """Add a level below those that the graph has of the account.

        Raises UsageError where control policies bind nothing: outside an organisation, or in its management account.
        """
        node = graph.get(account)
        organization = node.properties.get("organization") if node is not None else None
        if node is None or organization is None:
            raise UsageError(
                f"account {account} is in no organisation: control policies bind nothing there, so join one first"
            )
        if isinstance(organization, dict) and organization.get("MasterAccountId") == account:
            raise UsageError(
                f"account {account} manages its organisation, and no control policy binds it: deploy elsewhere"
            )
        levels = {
            "scp": [*_levels(node.properties.get("scp")), [FULL_ACCESS, *self.scp]],
            "rcp": [*_levels(node.properties.get("rcp")), [FULL_ACCESS, *self.rcp]],
        }
        graph.add(Node(account, NodeKind.ACCOUNT, account, account, GLOBAL, levels))


def _levels(known: Fact) -> list[Any]:
    """What binds the account already; where that was not read, one level that stays so."""
    return [[known]] if isinstance(known, Unknown) else list(known or ())
