"""Before the cutover: both sides hold the same topics, configs and groups, and replication keeps up."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from poc.inventory.brokers import is_own
from poc.migrate import measuring
from poc.migrate.positions import positions
from poc.migrate.runbook import Measured, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from poc.case.migration import GateName
    from poc.case.model import Case
    from poc.migrate.flow import Flow
    from poc.migrate.gates import GateRow


def check(case: Case, flow: Flow, rows: Mapping[GateName, GateRow]) -> Measured:
    """Everything that can be seen while both sides run."""
    found = measuring.readings(
        {
            "topics": partial(topics, case, flow),
            "partitions": partial(partitions, case, flow),
            "configs": partial(configs, case, flow),
            "groups": partial(groups, case, flow),
            "mirror_alive": partial(measuring.alive, flow),
            "lag": partial(lag, case, flow, rows["lag"].window),
            "translated_offsets": partial(translated_offsets, case, flow),
        }
    )
    return Measured(flow.here.product, flow.there.product, found)


def topics(case: Case, flow: Flow) -> Reading:
    """Topics in scope that are not at the target."""
    wanted, there = measuring.scoped(flow.here, case.scope.topics.holds), flow.there.topics()
    return measuring.counted(
        "topics are missing", [t for t in sorted(wanted) if flow.remote(t) not in there], len(wanted)
    )


def partitions(case: Case, flow: Flow) -> Reading:
    """Topics that have another number of partitions at the target."""
    wanted, there = measuring.scoped(flow.here, case.scope.topics.holds), flow.there.topics()
    both = {name: there[flow.remote(name)] for name in wanted if flow.remote(name) in there}
    cases = [f"{name}: {wanted[name]} and {many}" for name, many in sorted(both.items()) if wanted[name] != many]
    return measuring.counted("topics differ", cases, len(both))


def configs(case: Case, flow: Flow) -> Reading:
    """Configs that are set at the source and not in effect at the target."""
    wanted, there = measuring.scoped(flow.here, case.scope.topics.holds), flow.there.topics()
    both = sorted(name for name in wanted if flow.remote(name) in there)
    ours, theirs = flow.here.configs(both), flow.there.configs(map(flow.remote, both))
    cases = [
        f"{name}: {key} is {entry.value} and {other.value if other is not None else 'not known'}"
        for name in both
        for key, entry in sorted(ours[name].items())
        if is_own(entry) and not any(fnmatchcase(key, one) for one in case.migration.may_differ)
        for other in [theirs[flow.remote(name)].get(key)]
        if other is None or other.value != entry.value
    ]
    told = measuring.counted("topics", cases, len(both))
    return told if told.value is None else replace(told, text=f"{len(cases)} configs differ, of {len(both)} topics")


def groups(case: Case, flow: Flow) -> Reading:
    """Groups that committed at the source and not at the target."""
    ours = measuring.groups(flow.here, case.scope)
    theirs = {name for name, one in flow.there.groups(case.scope.groups).items() if one.offsets}
    return measuring.counted("groups are missing", sorted(ours.keys() - theirs), len(ours))


def lag(case: Case, flow: Flow, window: float) -> Reading:
    """How far replication is behind."""
    wanted = measuring.scoped(flow.here, case.scope.topics.holds)
    return measuring.lag(flow, measuring.pairs(wanted, wanted), window)


def translated_offsets(case: Case, flow: Flow) -> Reading:
    """Whether groups may go on at the target."""
    ours, theirs = measuring.groups(flow.here, case.scope), flow.there.groups(case.scope.groups)
    return measuring.translated(positions(flow, ours, theirs))
