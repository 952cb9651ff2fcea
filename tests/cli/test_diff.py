"""byoc diff, as a user types it: a rehearsal and the same snapshot changed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.report import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed, Run

    from audit.model.snapshot import Record

    Byoc = Callable[..., Any]

ACCOUNTS = Path(__file__).parents[1] / "accounts"
SID = "ObjectsOnlyThroughOurEndpoint"


@pytest.fixture(scope="module")
def opened(poc: Rehearsed, poc_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit folder in which the data bucket's objects are no longer bound to the endpoint."""

    def change(record: Record) -> Record:
        if record.operation != "GetBucketPolicy" or "automq-data" not in str(record.params):
            return record
        policy = json.loads((record.response or {})["Policy"])
        policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") != SID]
        return dataclasses.replace(record, response={"Policy": json.dumps(policy)})

    folder = tmp_path_factory.mktemp("opened")
    (folder / "snapshot").mkdir()
    dataclasses.replace(poc.snapshot, records=tuple(map(change, poc.snapshot.records))).write(folder / "snapshot")
    shutil.copy(poc_run.folder / "contract.json", folder)
    return folder


def test_nothing_changed(byoc: Byoc, poc_run: Run) -> None:
    ran = byoc("diff", poc_run.folder, poc_run.folder)
    assert (ran.code, ran.err) == (0, "")
    said = [line for line in ran.out.splitlines() if line]
    assert said[:2] == ["What is there, and what it says", "Nothing is there that was not, and nothing says otherwise."]
    assert said[2].startswith(
        "Made by the Console at run time, as the contract allows: 1 auto scaling group, 3 instance"
    )
    assert said[-4:] == [
        "Who can do what", "Nobody gained or lost anything.", "Which packets arrive", "No path opened or closed.",
    ]  # fmt: skip


def test_without_a_part_named_all_three_are_one_document(byoc: Byoc, poc_run: Run, opened: Path) -> None:
    content = json.loads(byoc("diff", poc_run.folder, opened, "--format", "json").out)
    jsonschema.validate(content, schemas.difference())
    assert content.keys() == {"format", "properties", "access", "reach"}
    (statement,) = content["properties"]["differences"]
    assert (statement["node"], statement["kind"], statement["before"]["Sid"]) == ("data-bucket", "changed", SID)


def test_what_changed_alike_is_told_together_with_the_statement_that_did_it(
    byoc: Byoc, poc_run: Run, opened: Path
) -> None:
    ran = byoc("diff", poc_run.folder, opened, "--only", "access")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[:2] == ["Changed", "  data-plane (automq-data-plane-env-poc)"]
    assert lines[2].startswith("    read, write, destroy data-bucket (automq-data-")
    assert lines[3].startswith("      before: only if aws:SourceVpce is vpce-")
    assert lines[4] == "      after:  always"
    assert lines[5].startswith("      - removed bucket_policy /Statement/1 (record ")
    assert ran.out.count(f'"Sid": "{SID}"') == 1


def test_as_json_it_keeps_to_its_schema(byoc: Byoc, poc_run: Run, opened: Path) -> None:
    ran = byoc("diff", opened, poc_run.folder, "--only", "access", "--format", "json")
    content = json.loads(ran.out)
    jsonschema.validate(content, schemas.difference())
    assert ran.code == 0
    assert {(one["kind"], one["principal"], one["privilege"]) for one in content["changes"]} == {
        ("changed", "data-plane", privilege) for privilege in ("read", "write", "destroy")
    }
    [did] = content["changes"][0]["did"]
    assert (did["how"], did["statement"]["Sid"]) == ("added", SID)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere", "elsewhere"], "nowhere does not exist: name two audit folders or snapshots"),
        (
            [".", ".", "--only", "all"],
            "Invalid value for '--only': 'all' is not one of 'properties', 'access', 'reach'",
        ),
        ([".", "."], ""),
    ],
)
def test_what_cannot_be_compared(byoc: Byoc, arguments: list[str], says: str) -> None:
    assert byoc("diff", *arguments).sentence.startswith(says)


def test_paths_that_opened_with_the_rule_that_did_it(byoc: Byoc) -> None:
    ran = byoc("diff", ACCOUNTS / "network-private-brokers", ACCOUNTS / "network-leaking-nat", "--only", "reach")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[:4] == [
        "Opened",
        "  sg-brokers → the internet (52.216.0.0/15), tcp 443",
        "  sg-clients → the internet (every public address), tcp and udp any port",
        f"      + added route_table/rtb-private /Routes/1 (record {lines[3].rpartition(' ')[2]}",
    ]
    assert '        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}' in lines
    assert "Closed" in lines


def test_paths_as_json_keep_to_the_schema(byoc: Byoc) -> None:
    toys = (ACCOUNTS / "network-private-brokers", ACCOUNTS / "network-unread-routes")
    ran = byoc("diff", *toys, "--only", "reach", "--format", "json")
    content = json.loads(ran.out)
    jsonschema.validate(content, schemas.difference())
    assert (content["only"], {one["kind"] for one in content["changes"]}) == ("reach", {"unknown"})


def test_no_path_opened(byoc: Byoc, poc_run: Run) -> None:
    assert byoc("diff", poc_run.folder, poc_run.folder, "--only", "reach").out == "No path opened or closed.\n"
