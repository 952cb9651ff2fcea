"""Which things of one walk the other could not have seen: those of accounts and regions that it did not walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.model.snapshot import GLOBAL

if TYPE_CHECKING:
    from audit.boundary import Boundary
    from audit.model.graph import Node

_LISTED_FROM_ANYWHERE = {NodeKind.BUCKET}


def uncovered(node: Node, own: Boundary, other: Boundary) -> str:
    """The account and region of a node where the other walk was not, such as ``111122223333 eu-west-1``; else "".

    The contract's account and region stand for each other's. A boundary that does not know where its walk was covers
    everything.
    """
    home = own.contract
    account = other.contract.account if node.account == home.account else node.account
    region = other.contract.region if node.region == home.region else node.region
    if node.kind in _LISTED_FROM_ANYWHERE or not region:
        region = GLOBAL
    if not account or not other.graph.walked or (account, region) in other.graph.walked:
        return ""
    return f"{account} {region}"
