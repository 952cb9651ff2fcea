"""Where each signal is kept and how long, what encrypts it, who can read or delete it, and who reviews it."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.lifecycle import expiry_days
from audit.report.access import sentence
from audit.report.diagrams import places
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.holders import Holders, holders, is_outside
from audit.report.diagrams.places import box_id, key_id
from audit.report.diagrams.site import Site, items, listed, short
from audit.report.diagrams.standings import records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.contract import Duty, LogSink
    from audit.model.graph import Edge, Node

_SENDS = {
    NodeKind.TRAIL: ("trail", "Trail", "API calls"),
    NodeKind.FLOW_LOG: ("flow-logs", "Flow logs", "flow logs"),
    NodeKind.VPC: ("flow-logs", "Flow logs", "flow logs"),
    NodeKind.SUBNET: ("flow-logs", "Flow logs", "flow logs"),
    NodeKind.QUERY_LOG: ("dns", "DNS query logs", "DNS queries"),
    NodeKind.BUCKET: ("buckets", "Buckets", "access logs"),
    NodeKind.LOAD_BALANCER: ("balancers", "Load balancers", "access logs"),
    NodeKind.ALARM: ("alarms", "Alarms", "alarms"),
}
"""A kind of sender to its box, its name and what it sends."""
_SIGNALS = {
    "management_events": "trail", "data_events": "trail", "flow_logs": "flow-logs", "dns_queries": "dns",
    "s3_access": "buckets",
}  # fmt: skip
"""The contract's signals to the box of what sends them; software ships the others, which AWS does not see."""

_SINKS = (NodeKind.TRAIL, NodeKind.FLOW_LOG, NodeKind.LOG_GROUP, NodeKind.EVENT_DATA_STORE, NodeKind.EVENT_RULE)
_VERBS = {Privilege.READ: "read", Privilege.DESTROY: "deleted"}


def draw(boundary: Boundary, keep: frozenset[str] = frozenset()) -> Diagram:
    """Signals, sinks, keys, readers and reviewers; principals to keep are drawn by themselves."""
    view = _Logs(Site(boundary, keep))
    title = places.title(view.site, "Logs and keys")
    return Diagram(title, ("account", "readers"), tuple(view.boxes()), tuple(view.flows()))


class _Logs:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.sinks: dict[str, list[LogSink]] = defaultdict(list)
        for sink in site.contract.log_sinks:
            self.sinks[site.boundary.sink_id(sink)].append(sink)

    @cached_property
    def sent(self) -> dict[tuple[str, str], list[Edge]]:
        """What is sent: the box of the sender and the sink, with the edges that show it."""
        found: dict[tuple[str, str], list[Edge]] = defaultdict(list)
        for edge in self.site.graph.edges(EdgeKind.LOGS_TO, EdgeKind.NOTIFIES):
            source = self.site.graph.get(edge.source)
            if source is None or source.kind not in _SENDS:
                continue
            notified = edge.kind is EdgeKind.NOTIFIES and source.account == self.site.contract.account
            alarmed = notified and self._alarmed(edge.target)
            if alarmed or {edge.source, edge.target} & {*self.sinks, *self.site.bucket_roles}:
                found[_SENDS[source.kind][0], edge.target].append(edge)
        return dict(sorted(found.items()))

    def _alarmed(self, topic: str) -> bool:
        """Whether an alarm of the contract tells a topic; any does where the contract names none."""
        names = {*self.site.contract.alarms}
        edges = self.site.graph.edges(EdgeKind.NOTIFIES, target=topic)
        return not names or any((node := self.site.graph.get(e.source)) and node.name in names for e in edges)

    @cached_property
    def targets(self) -> dict[str, list[LogSink]]:
        """Every place to which something is sent or the contract means it to be, with what the contract says of it."""
        return {**{target: [] for _, target in self.sent}, **self.sinks}

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        """The places in other accounts, with the account: that which has it, or else the one that the contract says."""
        found = {}
        for target, sinks in sorted(self.targets.items()):
            node = self.site.graph.get(target)
            said = next((sink.account for sink in sinks if sink.account), "")
            account = node.account if node is not None and node.account else said
            if account and account != self.site.contract.account:
                found[target] = account
        return found

    @cached_property
    def readers(self) -> list[Holders]:
        """Who can read or delete what is kept there."""
        kinds = (EdgeKind.CAN_READ, EdgeKind.CAN_DESTROY)
        return holders(self.site, kinds, frozenset(self.targets))

    def boxes(self) -> Iterator[Box]:
        """Signals, sinks and keys are one part of the account, those who read another."""
        keys = tuple(self._key(role) for role in sorted(self.site.contract.keys))
        parts = [
            Box("signals", Shape.GROUP, ("Signals",), tuple(self._signals())),
            Box("keys", Shape.GROUP, ("Keys",), keys),
            Box(
                "sinks",
                Shape.GROUP,
                ("Kept in",),
                (
                    *(self._sink(target) for target in sorted(self.targets) if target not in self._elsewhere),
                    *places.unread(self.site, "places that logs go to", *_SINKS),
                ),
            ),
        ]
        yield places.account_box(self.site, [part for part in parts if part.children])
        for account in sorted({*self._elsewhere.values()}):
            kept = tuple(self._sink(target) for target, owner in self._elsewhere.items() if owner == account)
            yield Box(f"kept_in_{account}", Shape.OUTSIDE, (f"Account {account}: kept in",), kept, about=(account,))
        inside = tuple(one.box(self.site) for one in self.readers if not is_outside(self.site, one))
        if inside:
            title = f"Account {self.site.contract.account}: can read or delete"
            yield Box("readers", Shape.ACCOUNT, (title,), inside, about=(self.site.contract.account,))
        yield from (one.box(self.site) for one in self.readers if is_outside(self.site, one))
        reviewers = tuple(self._reviewer(duty) for duty in self._duties)
        if reviewers:
            yield Box("reviewers", Shape.GROUP, ("Reviewed by, says the contract",), reviewers)

    def _signals(self) -> Iterator[Box]:
        sent: dict[str, dict[str, None]] = defaultdict(dict)
        for (box, _), edges in self.sent.items():
            sent[box] |= dict.fromkeys(edge.source for edge in edges)
        declared = {_sender(sink) for sinks in self.sinks.values() for sink in sinks}
        for box in sorted(sent.keys() | declared):
            nodes = [self.site.graph.node(one) for one in sent.get(box, ())]
            standing = Standing.SHOWN if nodes else Standing.DECLARED
            yield Box(box_id("signal", box), Shape.LOG, tuple(self._sender_lines(box, nodes)), (), standing,
                      tuple(node.id for node in nodes))  # fmt: skip

    def _sender_lines(self, box: str, nodes: list[Node]) -> Iterator[str]:
        name = next((name for known, name, _ in _SENDS.values() if known == box), box.replace("_", " ").capitalize())
        yield name if len(nodes) <= 1 else f"{name} \u00d7 {len(nodes)}"
        names = [self.site.bucket_roles.get(node.id) or node.name for node in nodes]
        yield from ([listed(names, 2)] if names and box != "alarms" else [])
        signals = sorted(
            {s.signal.replace("_", " ") for sinks in self.sinks.values() for s in sinks if _sender(s) == box}
        )
        yield from ([f"for {listed(signals)}"] if signals and box in _SIGNALS.values() else [])
        logging = [node.properties.get("logging") for node in nodes if node.kind is NodeKind.TRAIL]
        yield from ["stopped"] if False in logging else []
        yield from ["? not read whether it logs"] if any(isinstance(one, Unknown) for one in logging) else []

    def _sink(self, target: str) -> Box:
        node, sinks = self.site.graph.get(target), self.targets[target]
        name = self.site.bucket_roles.get(target) or (node.name if node else short_name(target, sinks))
        shape = Shape.STORE if sinks or target in self.site.bucket_roles else Shape.STRANGER
        if node is not None and node.kind is NodeKind.TOPIC:
            return Box(box_id("sink", target), Shape.LOG, (f"Topic {name}",), about=(target,))
        if node is None or not node.account:
            kind = NodeKind.BUCKET if sinks and sinks[0].kind == "bucket" else NodeKind.LOG_GROUP
            said, standing = places.missing(self.site, kind)
            lines: tuple[str, ...] = (name, said)
        else:
            more = () if shape is Shape.STORE else ("not declared as a log sink",)
            keys = [self.site.key_role(edge.target) or short(edge.target)
                    for edge in self.site.graph.edges(EdgeKind.ENCRYPTED_WITH, source=target)]  # fmt: skip
            encrypted = [f"encrypted with {listed(keys)}"] if keys else []
            lines, standing = (name, _kept(node, sinks), *encrypted, *more), Standing.SHOWN
        return Box(box_id("sink", target), shape, lines, (), standing, (target,))

    def _key(self, role: str) -> Box:
        box = places.key(self.site, role)
        node = self.site.graph.get(self.site.contract.keys[role].arn)
        if node is None or not node.account:
            return box
        sources = (
            self.site.graph.get(e.source) for e in self.site.graph.edges(EdgeKind.ENCRYPTED_WITH, target=node.id)
        )
        counts = Counter(str(source.kind).replace("_", " ") for source in sources if source is not None)
        lines = [listed(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(counts.items()))]
        lines += [_rotation(node)]
        return Box(box.id, box.shape, (role, *filter(None, lines)), (), box.standing, box.about)

    @cached_property
    def _duties(self) -> list[Duty]:
        return sorted({sink.reviewed_by for sinks in self.sinks.values() for sink in sinks})

    def _reviewer(self, duty: Duty) -> Box:
        owner = self.site.contract.owners.get(duty)
        team = owner.team.strip() if owner else ""
        name = duty.value.replace("_", " ")
        shape = Shape.OUTSIDE if team else Shape.STRANGER
        return Box(
            box_id("reviewer", duty.value), shape, (team or "nobody", f"owns {name}" if team else f"no owner of {name}")
        )

    def flows(self) -> Iterator[Flow]:
        """Signal to sink, key to sink, sink to reader and to reviewer."""
        yield from self._sendings()
        yield from self._encryptions()
        for one in self.readers:
            yield from self._readings(one)
        for target, sinks in sorted(self.sinks.items()):
            for duty in sorted({sink.reviewed_by for sink in sinks}):
                hops = (box_id("sink", target), box_id("reviewer", duty.value))
                yield Flow(hops, "", FlowKind.DUTY, detail="reviewed by, as the contract says", about=(target,))

    def _sendings(self) -> Iterator[Flow]:
        for (box, target), edges in self.sent.items():
            label = next(what for known, _, what in _SENDS.values() if known == box)
            hops, about = (box_id("signal", box), box_id("sink", target)), dict.fromkeys(edge.source for edge in edges)
            yield Flow(hops, label, FlowKind.LOGS, Standing.SHOWN, records(edges), "", tuple(about), tuple(edges))
        for target, sinks in sorted(self.sinks.items()):
            for sink in sinks:
                box = _sender(sink)
                if (box, target) not in self.sent:
                    seen = box in _SIGNALS.values()
                    detail = "" if seen else "software ships it, which AWS does not see"
                    hops = (box_id("signal", box), box_id("sink", target))
                    label = sink.signal.replace("_", " ")
                    yield Flow(hops, label, FlowKind.LOGS, Standing.DECLARED, detail=detail, about=(target,))

    def _encryptions(self) -> Iterator[Flow]:
        """An arrow from each key to what it encrypts: the only one of these places, or all with their number."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for target in sorted(self.targets):
            for edge in self.site.graph.edges(EdgeKind.ENCRYPTED_WITH, source=target):
                role = self.site.key_role(edge.target)
                if role is not None:
                    found[role].append(edge)
        for role, edges in sorted(found.items()):
            one = len(edges) == 1
            hops = (key_id(role), box_id("sink", edges[0].source) if one else "sinks")
            label = "" if one else f"{len(edges)} of {len(self.targets)}"
            about = tuple(edge.source for edge in edges)
            yield Flow(hops, label, FlowKind.KEYS, Standing.SHOWN, records(edges), "", about, tuple(edges))

    def _readings(self, one: Holders) -> Iterator[Flow]:
        """An arrow from all sinks where one may do the same to all, else from each."""
        for standing, by_privilege in one.held.items():
            for verbs, by_store in _alike(by_privilege).items():
                whole = one.folded or (by_store.keys() == self._judged and len(by_store) > 1)
                parts = {"sinks": [*by_store]} if whole else {box_id("sink", store): [store] for store in by_store}
                for source, stores in parts.items():
                    edges = tuple(edge for store in stores for edge in by_store[store])
                    count = f" \u00d7 {len({edge.source for edge in edges}):,}" if one.folded else ""
                    said = dict.fromkeys(line for edge in edges[:3] for line in sentence(self.site.boundary, edge))
                    hops, label = (source, one.id), f"{verbs} by{count}"
                    yield Flow(
                        hops, label, FlowKind.ACCESS, standing, records(edges), "; ".join(said), one.principals, edges
                    )

    @cached_property
    def _judged(self) -> set[str]:
        """The sinks of which it was derived who can read them."""
        return {*self.targets} & {*self.site.boundary.derived}


def _alike(by_privilege: Mapping[Privilege, Mapping[str, list[Edge]]]) -> dict[str, dict[str, list[Edge]]]:
    """What may be done, in words, to the sinks to which just that may be done, with the edges that show it."""
    sinks = sorted({store for by_store in by_privilege.values() for store in by_store})
    found: dict[str, dict[str, list[Edge]]] = defaultdict(dict)
    for sink in sinks:
        held = [privilege for privilege, by_store in by_privilege.items() if sink in by_store]
        words = " and ".join(_VERBS[privilege] for privilege in held)
        found[words][sink] = [edge for privilege in held for edge in by_privilege[privilege][sink]]
    return found


def _sender(sink: LogSink) -> str:
    return _SIGNALS.get(sink.signal, sink.signal)


def short_name(target: str, sinks: list[LogSink]) -> str:
    """What the contract calls a sink that was not found, else the end of its ARN."""
    return sinks[0].name if sinks else short(target.rpartition(":")[2])


def _kept(node: Node, sinks: list[LogSink]) -> str:
    """How long a sink keeps what it gets, and how long the contract asks for."""
    fact = node.properties.get("retention_days" if node.kind is NodeKind.LOG_GROUP else "lifecycle")
    asked = max((sink.retention_days for sink in sinks), default=0)
    wanted = f" (asked: {asked})" if asked else ""
    if isinstance(fact, Unknown):
        return f"? retention not read{wanted}"
    days = fact if node.kind is NodeKind.LOG_GROUP else expiry_days(items(node, "lifecycle"))
    return f"kept {days} days{wanted}" if days is not None else f"kept without an end{wanted}"


def _rotation(node: Node) -> str:
    rotation = node.properties.get("rotation")
    if isinstance(rotation, Unknown):
        return "? rotation not read"
    return "rotates" if rotation else "does not rotate"
