"""Writes policies/accounts/tidy, the account that policies' examples change: ``python tests/accounts/tidy.py``.

The production stack, rehearsed, and what the emulator does not know answered as AWS answers of an account that has none
of it. Ids are other ones each time: run it when the components have changed, then ``byoc policy test``.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.session import Session

from audit.model.snapshot import Record, Snapshot
from cli import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = Path(__file__).parents[2] / "policies/accounts/tidy"
TAKEN_AT = "2026-11-23T00:00:00Z"
ANSWERS: dict[str, dict[str, Any]] = {
    "GetImageBlockPublicAccessState": {"ImageBlockPublicAccessState": "block-new-sharing"},
    "GetSnapshotBlockPublicAccessState": {"State": "block-all-sharing"},
    "GetSerialConsoleAccessStatus": {"SerialConsoleAccessEnabled": False},
    "GetInstanceMetadataDefaults": {"AccountLevel": {"HttpTokens": "required"}},
    "DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
    "GetContactInformation": {"ContactInformation": {"FullName": "cloud platform", "CountryCode": "NL"}},
    "GetServiceSetting": {"ServiceSetting": {"SettingValue": "false", "Status": "Default"}},
}
ABSENT = {
    "DescribeEffectivePolicy": "AWSOrganizationsNotInUseException",
    "GetBackupVaultAccessPolicy": "ResourceNotFoundException",
}


def main() -> None:
    """Rehearse production and write what came of it."""
    _, _, contract, snapshot = rehearsing.rehearse("production", {})
    volume = data_volume(snapshot)
    arn = f"arn:{contract.partition}:ec2:{contract.region}:{contract.account}:volume/{volume}"
    records = tuple(written for record in snapshot.records for written in answered(record, arn))
    manifest = snapshot.manifest.model_copy(update={"taken_at": TAKEN_AT, "emulated": {}})
    told = [replace(record, response=dated(record.response)) for record in records]
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    Snapshot(manifest, tuple(told)).write(PLACE / "snapshot")
    (PLACE / "contract.json").write_text(contract.model_copy(update={"emulated": False}).text())


def answered(record: Record, volume: str) -> Iterator[Record]:
    """A record; what the emulator could not answer as an account without such things answers."""
    if record.operation == "ListBackupSelections":
        yield from selections(record, volume)
    elif record.unreadable is None:
        yield record
    elif record.operation in ABSENT:
        yield replace(record, unreadable=None, absent=ABSENT[record.operation])
    else:
        yield replace(record, unreadable=None, response=ANSWERS.get(record.operation) or none_of(record))


def data_volume(snapshot: Snapshot) -> str:
    """The id of the console's data volume."""
    volumes = [volume for record in snapshot.records for volume in (record.response or {}).get("Volumes", ())]
    names = {tag["Value"]: volume["VolumeId"] for volume in volumes for tag in volume.get("Tags", ())}
    return next(volume for name, volume in names.items() if name.endswith("-console-data"))


def selections(record: Record, volume: str) -> Iterator[Record]:
    """The plan's selection: the console's data volume."""
    params = {"BackupPlanId": record.params["BackupPlanId"], "SelectionId": "selection-1"}
    yield replace(record, unreadable=None, response={"BackupSelectionsList": [{**params, "SelectionName": "console"}]})
    response = {"BackupSelection": {"SelectionName": "console", "Resources": [volume]}}
    yield replace(record, operation="GetBackupSelection", params=params, unreadable=None, response=response)


def none_of(record: Record) -> dict[str, Any]:
    """The answer of a listing that finds nothing: every list of its shape, empty."""
    model = Session().get_service_model(record.service)
    shape = model.operation_model(record.operation).output_shape
    return {name: [] for name, member in shape.members.items() if member.type_name == "list"}


def dated(value: Any) -> Any:
    """An answer whose moments are the snapshot's: it is then the same whenever it is written."""
    text = json.dumps(value)
    return json.loads(re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", TAKEN_AT, text))


if __name__ == "__main__":
    main()
