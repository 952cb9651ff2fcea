"""What MirrorMaker 2 runs by: a properties file for each direction. No secret stands in it, only where it is."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from poc.case.secret import variable
from poc.connection import java_by_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from poc.case.cluster import Cluster
    from poc.case.migration import Migration
    from poc.case.scope import Names, Scope

FORWARD, REVERSE = "mm2-forward.properties", "mm2-reverse.properties"
_POLICY = "org.apache.kafka.connect.mirror"
_PROVIDERS = "org.apache.kafka.common.config.provider"
_NEVER = ("mm2-.*", r".*[\-.]internal", r"(.*\.)?heartbeats", "__.*")
"""What replication itself makes, as regular expressions."""
_CHARACTERS = {"*": ".*", "?": "."}


def files(told: Migration, scope: Scope, source: Cluster, target: Cluster, prefix: str) -> dict[str, str]:
    """The properties files by name; with AutoMQ's linking only the one for the way back."""
    ends = {told.source_alias: source, told.target_alias: target}
    found = {REVERSE: _file(told, scope, ends, prefix, forward=False)}
    if told.tool == "mirrormaker-2":
        found[FORWARD] = _file(told, scope, ends, prefix, forward=True)
    return dict(sorted(found.items()))


def _file(told: Migration, scope: Scope, ends: Mapping[str, Cluster], prefix: str, *, forward: bool) -> str:
    lines: list[str] = []
    for paragraph in (
        _head(told, ends, forward=forward),
        _clusters(ends),
        _flow(told, scope, prefix, forward=forward),
        _internal(ends, told, forward=forward),
    ):
        lines += [*paragraph, ""]
    return "\n".join(lines)


def _head(told: Migration, ends: Mapping[str, Cluster], *, forward: bool) -> Iterator[str]:
    a, b = (told.source_alias, told.target_alias) if forward else (told.target_alias, told.source_alias)
    yield f"# MirrorMaker 2 from {a} to {b}; bin/connect-mirror-maker.sh FILE, of Apache Kafka 3.7 or later."
    if told.replication_policy == "identity":
        yield "# Topics keep their names, so MirrorMaker 2 cannot tell copies from originals: with both directions at"
        yield "# once records would go round for ever. Stop one before the other is started."
    if not forward:
        yield "# Start it after the forward direction has ended and before the first record is written at the target:"
        yield "# it begins at the ends, so that what came from the source is not sent back."
    yield "# Secrets are named, never written: env is the environment's variable, dir a folder and a file in it, whose"
    yield "# whole content is taken, so that it must not end with a newline."
    for cluster in ends.values():
        for name in _secrets_of_aws(cluster):
            yield f"# {variable(name)} is the secret {name} of AWS Secrets Manager: read it into the environment first."
    yield "config.providers=env,dir"
    yield f"config.providers.env.class={_PROVIDERS}.EnvVarConfigProvider"
    yield f"config.providers.dir.class={_PROVIDERS}.DirectoryConfigProvider"


def _secrets_of_aws(cluster: Cluster) -> Iterator[str]:
    security = cluster.security
    oauth = security.oauth.client_secret if security.oauth is not None else None
    for secret in (security.password, security.key_password, oauth):
        if secret is not None and secret.startswith("secretsmanager:"):
            yield secret.partition(":")[2]


def _clusters(ends: Mapping[str, Cluster]) -> Iterator[str]:
    yield f"clusters={','.join(ends)}"
    for alias, cluster in ends.items():
        yield from (_line(f"{alias}.{key}", value) for key, value in java_by_reference(cluster).items())


def _flow(told: Migration, scope: Scope, prefix: str, *, forward: bool) -> Iterator[str]:
    a, b = (told.source_alias, told.target_alias) if forward else (told.target_alias, told.source_alias)
    flow, other = f"{a}->{b}", f"{b}->{a}"
    policy = "IdentityReplicationPolicy" if told.replication_policy == "identity" else "DefaultReplicationPolicy"
    probes = f"{_expression(prefix)}.*"
    yield f"replication.policy.class={_POLICY}.{policy}"
    yield f"tasks.max={told.tasks}"
    yield f"{flow}.enabled=true"
    yield f"{other}.enabled=false"
    yield f"{other}.emit.heartbeats.enabled=false"
    yield _line(f"{flow}.topics", _list(scope.topics, "include"))
    yield _line(f"{flow}.topics.exclude", ",".join([*_NEVER, *filter(None, [_list(scope.topics, "exclude")])]))
    yield _line(f"{flow}.groups", _list(scope.groups, "include"))
    yield _line(f"{flow}.groups.exclude", ",".join([probes, *filter(None, [_list(scope.groups, "exclude")])]))
    yield f"{flow}.refresh.topics.interval.seconds={told.refresh:.0f}"
    yield f"{flow}.refresh.groups.interval.seconds={told.refresh:.0f}"
    yield f"{flow}.sync.group.offsets.enabled=true"
    yield f"{flow}.sync.group.offsets.interval.seconds={told.sync:.0f}"
    yield f"{flow}.emit.checkpoints.interval.seconds={told.sync:.0f}"
    yield "# Every record may carry an offset over: groups read less again, at the cost of more records about offsets."
    yield f"{flow}.offset.lag.max=0"
    yield "# What MirrorMaker 2 notes about offsets stays away from the cluster that is left, which it only reads."
    yield f"{flow}.offset-syncs.topic.location={'target' if forward else 'source'}"
    yield "# Records of transactions that were aborted are not copied."
    yield f"{flow}.consumer.isolation.level=read_committed"
    yield f"{flow}.consumer.auto.offset.reset={'earliest' if forward else 'latest'}"
    yield "# Principals differ between the two: ACLs are granted by hand (byoc poc inventory lists them)."
    yield f"{flow}.sync.topic.acls.enabled=false"


def _internal(ends: Mapping[str, Cluster], told: Migration, *, forward: bool) -> Iterator[str]:
    alias = told.target_alias if forward else told.source_alias
    into = ends[alias]
    yield "# -1 is the broker's own default."
    if into.platform == "automq":
        yield "# AutoMQ keeps one replica whatever is asked for; its storage holds the copies."
    for name in (
        "replication.factor",
        "checkpoints.topic.replication.factor",
        "heartbeats.topic.replication.factor",
        "offset-syncs.topic.replication.factor",
        "config.storage.replication.factor",
        "offset.storage.replication.factor",
        "status.storage.replication.factor",
    ):
        yield f"{name}=-1"
    yield "# How far it has copied is committed this often; the gates read it there. MirrorMaker 2 heeds it only behind"
    yield "# a cluster's name, and commits once a minute otherwise."
    yield f"{alias}.offset.flush.interval.ms=5000"
    yield "dedicated.mode.enable.internal.rest=false"


def _list(names: Names, which: str) -> str:
    patterns: tuple[str, ...] = getattr(names, which)
    return ",".join(map(_expression, patterns))


def _expression(pattern: str) -> str:
    """A shell pattern as a regular expression of Java; names hold letters, digits, dots, hyphens and underscores."""
    if any(character in pattern for character in "[]"):
        return fnmatch.translate(pattern).removeprefix("(?s:").removesuffix(r")\Z")
    return "".join(
        _CHARACTERS.get(one, rf"\{one}" if not one.isalnum() and one not in "_-" else one) for one in pattern
    )


def _line(key: str, value: str) -> str:
    """A line of a properties file, which takes backslashes and line ends for marks of its own."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{key}={escaped}"
