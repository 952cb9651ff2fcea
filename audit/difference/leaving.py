"""What is left of an environment after it was destroyed, and who could still read it: two audits held together.

Format ``byoc-exit/1``. A thing is gone only where the listing that would show it was read; what a key or a secret that
waits for its deletion encrypted can be had back until the day. Names of buckets that are gone can be taken by anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from audit.difference.identity import ENVIRONMENT, OURS, VENDOR
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import NOT_SHOWN, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Node

FORMAT = "byoc-exit/1"
_READABLE = (NodeKind.BUCKET, NodeKind.KEY, NodeKind.SECRET, NodeKind.TOPIC, NodeKind.LOG_GROUP)
_IN_A_VPC = (EdgeKind.CONTAINS, EdgeKind.OWNS)
_NETWORK = {
    NodeKind.VPC, NodeKind.SUBNET, NodeKind.ROUTE_TABLE, NodeKind.NETWORK_ACL, NodeKind.SECURITY_GROUP,
    NodeKind.NETWORK_INTERFACE, NodeKind.INTERNET_GATEWAY, NodeKind.NAT_GATEWAY, NodeKind.VPC_ENDPOINT,
}  # fmt: skip
_NOT_THINGS = {
    NodeKind.ACCOUNT, NodeKind.ROOT_USER, NodeKind.ORGANIZATION, NodeKind.SERVICE, NodeKind.FOREIGN_PRINCIPAL,
    NodeKind.INTERNET, NodeKind.RECEIVER, NodeKind.IDENTITY_PROVIDER,
}  # fmt: skip
_COPIES = (
    NodeKind.BUCKET, NodeKind.KEY, NodeKind.SECRET, NodeKind.LOG_GROUP, NodeKind.BACKUP_VAULT, NodeKind.VOLUME,
    NodeKind.SNAPSHOT, NodeKind.IMAGE, NodeKind.INSTANCE,
)  # fmt: skip
"""What may have been made since and hold something: where these were not listed, nobody knows that nothing is left."""
_TERMINATED = {"terminated", "deleted"}
"""States in which AWS still lists what is gone (instances for an hour, NAT gateways likewise)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Left(_Part):
    """A thing of the environment after its end."""

    id: str
    kind: str
    name: str
    standing: str = Field(description="remains, pending (until the day it can be had back), or unknown")
    why: str = Field(description="what it is, and why it is there or not known")
    readers: tuple[str, ...] | None = Field(
        default=None, description="who could still read what it holds; null for what holds nothing to read"
    )
    missing: tuple[str, ...] = Field(default=(), description="permissions that would settle what is not known")


class ExitProof(_Part):
    """What is gone, what is left, and what became free for others."""

    format: str = FORMAT
    environment_id: str
    account: str
    before: str = Field(description="when the environment was audited, ISO-8601 UTC")
    after: str = Field(description="when the account was audited after the end, ISO-8601 UTC")
    gone: dict[str, int] = Field(description="how many of each kind are gone")
    left: tuple[Left, ...] = ()
    released: tuple[str, ...] = Field(default=(), description="bucket names that anybody can take now")

    @property
    def verdict(self) -> Verdict:
        """Broken where something remains, unknown where something is pending or not known."""
        standings = {one.standing for one in self.left}
        if "remains" in standings:
            return Verdict.BROKEN
        return Verdict.UNKNOWN if standings else Verdict.HOLDS


def exit_proof(before: Boundary, after: Boundary) -> ExitProof:
    """Hold the account after the end against the environment as it was; both boundaries have the same contract."""
    was = {node.id: node for node in _environment(before)}
    came = [node for node in _environment(after) if node.id not in was]
    gone: dict[str, int] = {}
    left, released = [], []
    for node in was.values():
        found = _left(node, after, since=False)
        if found is not None:
            left.append(found.model_copy(update={"name": before.label(node.id)}))
        else:
            gone[node.kind.value] = gone.get(node.kind.value, 0) + 1
            released += [node.name] if node.kind is NodeKind.BUCKET else []
    left += [found for node in came if (found := _left(node, after, since=True)) is not None]
    left += _unseen(after)
    order = ("remains", "pending", "unknown")
    return ExitProof(
        environment_id=before.contract.environment_id,
        account=before.contract.account,
        before=before.now,
        after=after.now,
        gone=dict(sorted(gone.items())),
        left=tuple(sorted(left, key=lambda one: (order.index(one.standing), one.kind, one.id))),
        released=tuple(sorted(released)),
    )


def _environment(boundary: Boundary) -> Iterator[Node]:
    """What belongs to the environment: by the contract, by its tag or name, or since it stands in its VPC."""
    graph, contract = boundary.graph, boundary.contract
    inside = _inside(boundary)
    declared = {boundary.store_id(store) for store in boundary.stores.values()}
    declared |= {p.arn for role, p in contract.principals.items() if role in {"console", "data-plane"}}
    sinks = {sink.name for sink in contract.log_sinks if sink.kind == "log_group"}
    zone = contract.network.hosted_zone if contract.network is not None else None
    named = {*sinks, *contract.alarms, *([contract.backups.vault] if contract.backups else [])}
    for node in graph.nodes():
        if node.kind in _NOT_THINGS or (node.account not in {"", contract.account} and node.id not in declared):
            continue
        ours = node.id in declared or node.id in inside or node.name in named
        ours = ours or (node.kind is NodeKind.HOSTED_ZONE and zone is not None and node.id.endswith(f"/{zone}"))
        if ours or _tagged(node, contract.environment_id) or _called(node, contract.environment_id):
            yield node


def _inside(boundary: Boundary) -> set[str]:
    """The environment's VPC and what is in it."""
    network = boundary.contract.network
    if network is None:
        return set()
    vpc = boundary.ec2(f"vpc/{network.vpc}")
    found = {vpc}
    for node in boundary.graph.nodes(*_NETWORK):
        if node.properties.get("vpc") == network.vpc or network.vpc in (node.properties.get("vpcs") or ()):
            found.add(node.id)
    found |= {edge.target for edge in boundary.graph.edges(*_IN_A_VPC, source=vpc)}
    return found


def _tagged(node: Node, environment: str) -> bool:
    tags = node.properties.get("tags")
    return isinstance(tags, dict) and tags.get(ENVIRONMENT) == environment


def _called(node: Node, environment: str) -> bool:
    """Whether it has a name of this kit: ``automq-…-E``, ``automq/E/…``, ``alias/automq/E/…``."""
    names = [node.name, *(node.properties.get("aliases") or ())] if node.kind is NodeKind.KEY else [node.name]
    words = (f"automq/{environment}/", f"automq-{environment}-")
    return any(
        isinstance(name, str)
        and (any(w in name for w in words) or (name.startswith("automq-") and name.endswith(f"-{environment}")))
        for name in names
    )


def _left(node: Node, after: Boundary, *, since: bool) -> Left | None:
    """What is left of a thing; None where it is gone."""
    there = after.graph.get(node.id)
    if there is None or not after.placed(node.id) or _is_over(there):
        gaps = after.graph.unseen(node.kind, account=node.account or after.contract.account)
        gaps = [gap for gap in gaps if node.region in {"", "global", gap.region} or gap.region == "global"]
        if not gaps or (there is not None and _is_over(there)):
            return None
        missing = tuple(dict.fromkeys(gap.unknown.permission for gap in gaps))
        why = f"whether it is gone was not read: {_unread(gaps[0].unknown, missing)}"
        return _told(node, "unknown", why, missing=missing)
    until = _pending(there)
    readers = _readers(after, there)
    if isinstance(until, Unknown):
        why = f"it is there, and whether it waits for its deletion was not read: grant {until.permission}"
        return _told(there, "unknown", why, readers, (until.permission,))
    if until is not None:
        return _told(there, "pending", f"it is deleted on {until}, and can be had back until then", readers)
    return _told(there, "remains", _why(there, since=since), readers)


def _unseen(after: Boundary) -> Iterator[Left]:
    """The kinds of which something could be left that no listing showed."""
    account = after.contract.account
    for kind in _COPIES:
        gaps = after.graph.unseen(kind, account=account)
        if gaps:
            missing = tuple(dict.fromkeys(gap.unknown.permission for gap in gaps))
            why = f"whether others were made and are left was not read: {_unread(gaps[0].unknown, missing)}"
            yield Left(id=account, kind=kind.value, name="of the account", standing="unknown", why=why, missing=missing)


def _unread(unknown: Unknown, missing: tuple[str, ...]) -> str:
    if unknown.code == NOT_SHOWN:
        return "an emulator cannot show it"
    return f"grant {', '.join(missing)}"


def _told(
    node: Node, standing: str, why: str, readers: tuple[str, ...] | None = None, missing: tuple[str, ...] = ()
) -> Left:
    name = node.name or node.id
    return Left(
        id=node.id, kind=node.kind.value, name=name, standing=standing, why=why, readers=readers, missing=missing
    )


def _is_over(node: Node) -> bool:
    return node.properties.get("state") in _TERMINATED


def _pending(node: Node) -> Any:
    """The day on which a key or a secret is deleted, None for what is not; Unknown where that was not read."""
    if node.kind is NodeKind.SECRET:
        return node.properties.get("deletion_date")
    if node.kind is not NodeKind.KEY:
        return None
    state = node.properties.get("state")
    if isinstance(state, Unknown):
        return state
    return (node.properties.get("deletion_date") or "a day that was not told") if state == "PendingDeletion" else None


def _why(node: Node, *, since: bool) -> str:
    tags = node.properties.get("tags")
    if isinstance(tags, dict) and VENDOR in tags and OURS not in tags:
        return "the Console made it, and Pulumi never knew it"
    if node.kind is NodeKind.BUCKET:
        # Pulumi suspends versioning when it goes, which keeps the versions that are there.
        kept = " with every version of its objects" if isinstance(node.properties.get("versioning"), str) else ""
        return f"the bucket stands{kept}"
    if node.kind is NodeKind.BACKUP_VAULT:
        return "the vault stands, and with it the backups that its lock or its days keep"
    if node.kind in {NodeKind.SNAPSHOT, NodeKind.IMAGE, NodeKind.VOLUME}:
        return "a copy of what volumes held"
    if node.kind is NodeKind.LOG_GROUP:
        return "log events stay until their days are over"
    return "it was made after the first audit" if since else "it stands as before"


def _readers(after: Boundary, node: Node) -> tuple[str, ...] | None:
    """Who could still read it; of a snapshot, whom it is shared with beside the account."""
    if node.kind in _READABLE:
        edges = after.who_can(node, Privilege.READ)
        return tuple(dict.fromkeys(after.roles.get(edge.source, edge.source) for edge in edges))
    if node.kind in {NodeKind.SNAPSHOT, NodeKind.IMAGE, NodeKind.VOLUME, NodeKind.BACKUP_VAULT}:
        return ("whoever the account's policies let read or restore it",)
    return None
