"""What runs as a role: listings that are asked only where some role trusts the service, and the edges they yield.

A service takes a role only when the role trusts it, so an account without such a role has nothing of the service's that
runs as one (AWS page "Grant a user permissions to pass a role to an AWS service"); and what nobody may use, nobody can
act through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.arn import is_arn
from audit.model.graph import Edge, EdgeKind, Gap, Node
from audit.services.iam import DETAILS
from audit.services.row import if_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.facts import Fact
    from audit.model.graph import NodeKind
    from audit.services.facts import Element, Facts


def if_trusted(service: str, prefix: str | None = None) -> dict[str, Any]:
    """The fields of a listing that is asked only where some role may let in a service: ``lambda``.

    With ``prefix``, that of the service's actions, only where some principal of the account may use it too: for
    services whose resources have no policies by which others could.
    """
    asked = f"trusts(@, '{service}')" + (f" && may_use(@, '{prefix}')" if prefix else "")
    return if_any(DETAILS, asked)


@dataclass(frozen=True, slots=True)
class Acting:
    """Things of a kind that a listing names by ARN, and of which a further call, by that ARN, tells the role.

    ``arn`` and ``name`` are keys of a listed item, ``more`` those of further properties; ``role`` is a JMESPath of the
    further call's answer.
    """

    kind: NodeKind
    listing: str
    items: str
    arn: str
    name: str
    detail: str
    role: str
    more: Mapping[str, str]

    def describe(self, facts: Facts) -> Iterator[Element]:
        """Each thing with its role."""
        yield from facts.described(self.listing, self.items, (self.kind,), self._thing)

    def _thing(self, facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
        arn = item[self.arn]
        role = facts.value(self.detail, self.role, {self.arn: arn})
        properties = {"role": role, **{name: item.get(key) for name, key in self.more.items()}}
        yield Node(arn, self.kind, item[self.name], facts.account, facts.region, properties, (record,))
        yield from runs_as(facts, arn, role, record)


def runs_as(facts: Facts, source: str, role: Fact, record: str) -> Iterator[Edge]:
    """The edge from a thing to its role, given by ARN or by name; none where there is no role or it is unknown."""
    if isinstance(role, str) and role:
        yield Edge(source, _arn(facts, role), EdgeKind.RUNS_AS, records=(record,))


def _arn(facts: Facts, role: str) -> str:
    """A role's ARN; a name is looked up among the account's roles, whose paths it does not tell."""
    if is_arn(role):
        return role
    name = role.rpartition("/")[2]
    return str(_roles(facts).get(name) or facts.arn("iam", f"role/{role}", region=""))


def _roles(facts: Facts) -> dict[str, str]:
    known: dict[str, str] | None = facts.memo.get("roles by name")
    if known is None:
        listed = facts.above(DETAILS).listing(DETAILS, "RoleDetailList[].{name: RoleName, arn: Arn}")
        known = {found[0]["name"]: found[0]["arn"] for found in listed if not isinstance(found, Gap)}
        facts.memo["roles by name"] = known
    return known


def batches(items: str, size: int, most: int) -> list[str]:
    """JMESPath slices that take a list in batches, for operations that describe several things a call."""
    return [f"{items}[{first}:{first + size}]" for first in range(0, most, size)]
