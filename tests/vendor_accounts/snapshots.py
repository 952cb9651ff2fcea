"""From a builder to a snapshot: build in the embedded AWS, walk it as an audit does, and give lasting names to all."""

from __future__ import annotations

import json
import re
import urllib.request
from itertools import count
from typing import TYPE_CHECKING, Any

from audit.collect.request import Credentials, WalkRequest
from audit.collect.walk import collect
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Record, Snapshot
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import emulator
from vendor_accounts import as_aws
from vendor_accounts.making import ACCOUNT, REGION

if TYPE_CHECKING:
    from types import ModuleType

TAKEN_AT = "2026-11-23T00:00:00Z"
_ID = re.compile(r"\b([a-z]+(?:-attach|-assoc|-tgw)?)-(?=[0-9a-f]*\d)[0-9a-f]{8,17}\b")
_ALIKE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"), TAKEN_AT),
    (re.compile(r'(?<="creationTime": )\d{13}'), "1795392000000"),
    (re.compile(r"hmac-sha256:[0-9a-f]{64}"), f"hmac-sha256:{0:064}"),
    (re.compile(r'(?<="ClientToken": ")[0-9a-f-]{36}'), "token"),
)
"""What differs from run to run, and what stands for it."""


def snapshot(deployment: ModuleType) -> tuple[BoundaryContract, Snapshot]:
    """A deployment's contract and its snapshot; the same bytes each time."""
    with emulator(ACCOUNT, REGION) as running:
        _seed(running.endpoint_url)
        made, contract = deployment.build(Cloud(running.environment, ACCOUNT, REGION))
        variables = running.environment
        request = WalkRequest(
            taken_at=TAKEN_AT,
            contract=contract,
            credentials=Credentials(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]),
            endpoint_url=running.endpoint_url,
            attempts=1,
        )
        walked = collect(request)
    found = [*as_aws.corrected(walked.records, deployment.ANSWERS), *getattr(deployment, "MORE", ())]
    lasting = _Lasting(made.names)
    records = sorted((lasting.record(record) for record in found), key=lambda r: (r.path, r.operation, r.line()))
    told = lasting.text(contract.text())
    return BoundaryContract.from_json(json.loads(told), "the builder"), Snapshot(walked.manifest, tuple(records))


def _seed(endpoint_url: str) -> None:
    """The emulator's ids are random, from a seed on the same."""
    asked = urllib.request.Request(f"{endpoint_url}/moto-api/seed?a=1", method="POST")  # noqa: S310  loopback
    with urllib.request.urlopen(asked, timeout=60):  # noqa: S310  the same
        pass


class _Lasting:
    """Names for ids, one moment for all times, and numbers for what was replaced by a digest."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = {**names}
        self._counts: dict[str, Any] = {}

    def record(self, record: Record) -> Record:
        return Record.read(self.text(record.line()), record.path)

    def text(self, text: str) -> str:
        for physical in re.findall("|".join(map(re.escape, self._names)), text):
            text = text.replace(physical, self._names[physical])
        for pattern, fixed in _ALIKE:
            text = pattern.sub(fixed, text)
        return _ID.sub(self._numbered, text)

    def _numbered(self, found: re.Match[str]) -> str:
        kind = found[1]
        number = self._counts.setdefault(kind, count(1))
        name = self._names.setdefault(found[0], "")
        if not name:
            name = self._names[found[0]] = f"{kind}-{next(number)}"
        return name
