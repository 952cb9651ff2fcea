"""The audit's scope: the names whose details are read, from the contract and from what those lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.services.row import Detail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.contract import BoundaryContract

Name = tuple[Detail, str]

_KINDS = ("key/", "vpc/", "hostedzone/", "file-system/")
_SECRET_SUFFIX = len("-AbCdEf")


def canonical(detail: Detail, text: str) -> str:
    """One spelling for a name that AWS writes as an ARN here and as a short name there.

    A bucket's and a log group's name, a key's id or ``alias/name``, a secret's and a vault's name; a topic's ARN; the
    id of a zone or a file system.
    """
    if not is_arn(text) or detail is Detail.TOPIC:
        return text.removeprefix("/hostedzone/") if detail is Detail.ZONE else text
    resource = Arn.parse(text).resource
    match detail:
        case Detail.BUCKET:
            return resource.partition("/")[0]
        case Detail.KEY | Detail.VPC | Detail.ZONE | Detail.FILE_SYSTEM:
            return resource.rpartition("/")[2] if resource.startswith(_KINDS) else resource
        case Detail.LOG_GROUP:
            return resource.removeprefix("log-group:").partition(":")[0]
        case Detail.SECRET:
            return resource.removeprefix("secret:")[:-_SECRET_SUFFIX]
        case Detail.VAULT:
            return resource.partition(":")[2]


def scope_of(contract: BoundaryContract) -> frozenset[Name]:
    """The names that a contract gives: its buckets, keys, file systems and log sinks, its VPC and that VPC's zone."""
    named: list[Name] = [(Detail.BUCKET, bucket.name) for bucket in contract.buckets.values()]
    named += [(Detail.KEY, key.arn) for key in contract.keys.values()]
    named += [(Detail.FILE_SYSTEM, one.id) for one in contract.file_systems.values()]
    named += [
        (Detail.LOG_GROUP if sink.kind == "log_group" else Detail.BUCKET, sink.name) for sink in contract.log_sinks
    ]
    if contract.network is not None:
        named.append((Detail.VPC, contract.network.vpc))
        if contract.network.hosted_zone is not None:
            named.append((Detail.ZONE, contract.network.hosted_zone))
    return frozenset((detail, canonical(detail, text)) for detail, text in named)


class AuditScope:
    """A growing set of names; ``None`` for the contract's names stands for everything."""

    def __init__(self, named: frozenset[Name] | None) -> None:
        self.named = named or frozenset()
        self._everything = named is None
        self._names: set[Name] = set(self.named)
        self._aliases: dict[str, set[str]] = {}

    def holds(self, detail: Detail, text: str) -> bool:
        """Whether the details of a name are read."""
        return self._everything or (detail, canonical(detail, text)) in self._names

    def add(self, names: Iterable[Name]) -> list[Name]:
        """Add names in any spelling; returns those that are new, with the keys that a new alias stands for."""
        new: list[Name] = []
        for detail, text in names:
            name = (detail, canonical(detail, text))
            if name not in self._names:
                self._names.add(name)
                new.append(name)
                new += self.add((Detail.KEY, key) for key in self._aliases.get(name[1], ()) if detail is Detail.KEY)
        return new

    def alias(self, alias: str, key: str) -> list[Name]:
        """Learn that an alias stands for a key id; returns the key when the alias was in the scope already."""
        self._aliases.setdefault(alias, set()).add(key)
        return self.add([(Detail.KEY, key)]) if (Detail.KEY, alias) in self._names else []
