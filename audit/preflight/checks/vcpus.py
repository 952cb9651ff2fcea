"""Whether the stack's instances fit into the On-Demand quotas, which count vCPUs by family.

AWS page "Amazon EC2 On-Demand Instances" (On-Demand Instance quotas). What runs counts with its type's own vCPUs, Spot
instances count elsewhere. Brokers come on top: their type is chosen in the console.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.preflight.asking import alone, each
from audit.preflight.judged import Judged, broken, holds
from audit.preflight.quotas import asks, cited, value
from audit.preflight.seen import is_ours, unread
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen

TITLE = "The stack's instances fit into the On-Demand quotas"
_INSTANCES, _TYPES = "ec2:DescribeInstances", "ec2:DescribeInstanceTypes"
_TYPE_ROW = Row("ec2", "DescribeInstanceTypes", _TYPES, "Shows how many vCPUs an instance type has.")
_RUNNING = "Reservations[].Instances[?State.Name=='running' || State.Name=='pending'][]"
_EACH = f"{_RUNNING}.{{InstanceTypes: [InstanceType]}}"
_STANDARD = "L-1216C47A"
_FAMILIES = {
    "dl": "L-6E869C2A", "f": "L-74FC7D96", "g": "L-DB2E81BA", "gr": "L-DB2E81BA", "hpc": "L-F7808C92",
    "inf": "L-1945791B", "p": "L-417A185B", "trn": "L-2C3B7624", "u": "L-43DA4232", "vt": "L-DB2E81BA",
    "x": "L-7295265B",
    **dict.fromkeys(("a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"), _STANDARD),
}  # fmt: skip
"""The letters that a type begins with, to its quota's code in Service Quotas (of ec2)."""


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """What runs, the vCPUs of those types and of the stack's, and the quotas of its families."""
    kinds = _made(intended)
    codes = {code for kind in kinds if (code := family(kind)) is not None}
    if kinds:
        yield from alone(_INSTANCES)
        for row in each(_TYPE_ROW, map(_of, sorted(kinds))):
            yield replace(row, also={_INSTANCES: _EACH})
        yield from asks(map(_asked, sorted(codes)))


def family(kind: str) -> str | None:
    """The code of the quota that counts an instance type; None for one that is counted otherwise, such as mac."""
    letters = re.match(r"[a-z]+", kind)
    return _FAMILIES.get(letters[0]) if letters else None


def _asked(code: str) -> dict[str, str]:
    return {"ServiceCode": "ec2", "QuotaCode": code}


def _made(intended: Intended) -> Counter[str]:
    return Counter(
        str(one.values["instance_type"]) for one in intended.of("aws_instance") if "instance_type" in one.values
    )


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence a family."""
    made = _made(seen.intended)
    for code in sorted({family(kind) or "" for kind in made}):
        kinds = {kind: number for kind, number in made.items() if (family(kind) or "") == code}
        if code:
            yield _family(seen, code, kinds)


def _family(seen: Seen, code: str, made: dict[str, int]) -> Judged:
    names = ", ".join(sorted(made))
    running = seen.all(_INSTANCES, _RUNNING)
    if isinstance(running, Unknown):
        return unread(names, "which instances run", running)
    counted = [one for one in running if one.get("InstanceLifecycle") != "spot" and family(one["InstanceType"]) == code]
    sizes = {kind: _vcpus(seen, kind) for kind in {*made, *(one["InstanceType"] for one in counted)}}
    known = {kind: size for kind, size in sizes.items() if not isinstance(size, Unknown)}
    for kind in sorted(sizes.keys() - known.keys()):
        return unread(names, f"how many vCPUs {kind} has", Unknown(_TYPES, "NoValue", seen.evidence(_TYPES, _of(kind))))
    most = value(seen, _asked(code))
    if isinstance(most, Unknown):
        return unread(names, f"how many vCPUs of {names}'s family AWS allows the account", most)
    used = sum(known[one["InstanceType"]] for one in counted)
    there = Counter(one["InstanceType"] for one in counted if is_ours(one.get("Tags"), seen.intended))
    more = sum(known[kind] * max(0, number - there[kind]) for kind, number in made.items())
    text = f"vCPUs of {names}'s family: {used} running, {more} to start, {most} allowed; brokers come on top"
    evidence = (seen.evidence(_INSTANCES), *cited(seen, _asked(code)))
    if used + more <= most:
        return holds("fits", names, text, *evidence)
    way = (
        f"ask for more: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} "
        f"--desired-value {used + more} or higher, with the brokers' vCPUs"
    )
    return broken("exceeded", names, text, *evidence, way_out=way)


def _of(kind: str) -> dict[str, list[str]]:
    return {"InstanceTypes": [kind]}


def _vcpus(seen: Seen, kind: str) -> int | Unknown:
    found = seen.value(_TYPES, "InstanceTypes[0].VCpuInfo.DefaultVCpus", _of(kind))
    return Unknown(_TYPES, "NoValue", "") if found is None else found
