"""Paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import Box, Diagram, Shape

if TYPE_CHECKING:
    from audit.boundary import Boundary


def draw(boundary: Boundary) -> Diagram:
    """Paths, as far as it is drawn yet."""
    contract = boundary.contract
    account = Box("account", Shape.ACCOUNT, (f"The boundary: account {contract.account}, {contract.region}",))
    return Diagram(f"Paths of {contract.environment_id} in account {contract.account}", ("account",), (account,), ())
