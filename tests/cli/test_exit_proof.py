"""``byoc exit-proof`` on an environment that is rehearsed, then destroyed as Pulumi would, with leftovers."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.difference.leaving import exit_proof
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Unreadable
from audit.report.leaving_text import exit_proof as told
from cli import docs, folder, judging, rehearsing, walking
from stacks.rehearsal import types
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import rehearsal
from stacks.rehearsal.standin import Brokers, stand_in
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.difference.leaving import ExitProof, Left
    from audit.model.snapshot import Record, Snapshot
    from stacks.rehearsal.run import Rehearsal

Audits = tuple["BoundaryContract", "Snapshot", "Snapshot"]
BEFORE, AFTER = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"


def destroy(running: Rehearsal, cloud: Cloud, kept: str) -> None:
    """What `pulumi destroy` does, last first, with a bucket that it leaves, as one that is not empty or protected."""
    for one in reversed(running.declared):
        stays = (one["type"], one["id"]) == ("aws:s3/bucket:Bucket", kept)
        if one["custom"] and one["type"].startswith("aws:") and not stays:
            types.row(one["type"]).remove(cloud, one["id"], one["inputs"])


@pytest.fixture(scope="module")
def audits() -> Audits:
    """The poc with its Console's brokers, audited before and after the destroy."""
    settings, _ = rehearsed_settings(stack_file("poc"))
    target = rehearsing._target("poc", settings, {})
    with rehearsal(target) as running, walking.progress_bar() as bar:
        stand_in(Brokers.read(running.outputs), running.environment, target.account, target.region)
        contract = BoundaryContract.from_json(running.outputs["boundary"] | {"emulated": True}, "the output")
        request = rehearsing._request(running, contract, (settings.region,), (), shared=False)
        cloud = Cloud(running.environment, target.account, target.region)
        ops = contract.buckets["ops-bucket"].name
        before = walking.walk(dataclasses.replace(request, taken_at=BEFORE), bar)
        destroy(running, cloud, ops)
        return contract, before, walking.walk(dataclasses.replace(request, taken_at=AFTER), bar)


def proof(audits: Audits, change: Callable[[Record], Record | None] = lambda record: record) -> ExitProof:
    contract, before, after = audits
    records = tuple(new for record in after.records if (new := change(record)) is not None)
    boundaries = [
        judging.judge_snapshot(snapshot, contract, policies=()).boundary
        for snapshot in (before, dataclasses.replace(after, records=records))
    ]
    return exit_proof(*boundaries)


@pytest.fixture(scope="module")
def found(audits: Audits) -> ExitProof:
    return proof(audits)


def of(found: ExitProof, standing: str) -> dict[str, list[Left]]:
    kinds: dict[str, list[Left]] = {}
    for one in found.left:
        if one.standing == standing:
            kinds.setdefault(one.kind, []).append(one)
    return kinds


def test_what_the_stack_made_is_gone_and_counted(found: ExitProof) -> None:
    assert {
        "vpc": 1,
        "nat_gateway": 1,
        "log_group": 4,
        "role": 5,
        "bucket": 3,
        "trail": 1,
    }.items() <= found.gone.items()


def test_what_the_console_made_remains_and_is_told_as_the_consoles(found: ExitProof) -> None:
    left = of(found, "remains")
    made = {"auto_scaling_group", "instance", "launch_template", "network_interface", "volume"}

    assert made <= left.keys()
    assert {one.why for one in left["instance"]} == {"the Console made it, and Pulumi never knew it"}
    assert all(one.readers for one in left["volume"])


def test_a_bucket_that_would_not_go_names_its_versions_and_who_can_read_it_now(found: ExitProof) -> None:
    (bucket,) = of(found, "remains")["bucket"]

    assert (bucket.name.partition(" ")[0], bucket.why) == (
        "ops-bucket",
        "the bucket stands with every version of its objects",
    )
    assert bucket.readers is not None
    # Its policy went first, as everything that stands on a bucket does: the account's own policies decide now.
    assert "deployer" in bucket.readers


def test_keys_wait_for_their_deletion_and_can_be_had_back(found: ExitProof) -> None:
    keys = of(found, "pending")["key"]
    assert len(keys) == 4
    assert all("can be had back until then" in one.why for one in keys)


def test_released_bucket_names_are_told(found: ExitProof, audits: Audits) -> None:
    buckets = {role: bucket.name for role, bucket in audits[0].buckets.items() if role != "ops-bucket"}
    assert set(found.released) == set(buckets.values())
    assert list(told(found))[-1].startswith("Free for anybody to take")


def test_what_was_not_listed_is_never_taken_for_gone(audits: Audits) -> None:
    def unread(record: Record) -> Record | None:
        if record.operation == "DescribeLogGroups":
            return dataclasses.replace(
                record, response=None, unreadable=Unreadable("AccessDenied", "logs:DescribeLogGroups")
            )
        return None if record.operation == "DescribeSnapshots" else record

    unknown = of(proof(audits, unread), "unknown")
    assert len(unknown["log_group"]) == 5
    assert all(one.missing == ("logs:DescribeLogGroups",) for one in unknown["log_group"])
    assert unknown["snapshot"][0].missing == ("ec2:DescribeSnapshots",)


def test_a_snapshot_made_at_the_end_is_found_by_the_environments_tag(audits: Audits) -> None:
    def with_one(record: Record) -> Record:
        if record.operation != "DescribeSnapshots":
            return record
        tags = [{"Key": "automqEnvironmentID", "Value": "env-poc"}]
        snapshot = {"SnapshotId": "snap-1", "Encrypted": True, "VolumeId": "vol-1", "Tags": tags}
        return dataclasses.replace(record, response={"Snapshots": [snapshot]}, unreadable=None)

    (snapshot,) = of(proof(audits, with_one), "remains")["snapshot"]
    assert (snapshot.name, snapshot.why) == ("snap-1", "a copy of what volumes held")


@pytest.fixture
def written(here: Path, audits: Audits) -> Path:
    """Both audits as folders: one of the environment, with its contract, and one of the account afterwards."""
    contract, before, after = audits
    for name, snapshot in (("live", before), ("end", after)):
        with folder.new_folder(here / "out" / name) as draft:
            beside = {"contract.json": contract.text().encode()} if name == "live" else {}
            folder.fill(draft, snapshot, {**beside, "run.json": b"{}"})
    return here


def test_the_command_exits_by_what_is_left(byoc: Callable[..., Any], written: Path) -> None:
    given = ("exit-proof", "--before", "out/live", "--from", "out/end")
    ran = byoc(*given)
    answer = json.loads(byoc(*given, "--format", "json").out)

    assert (ran.code, ran.err) == (1, "")
    assert "✗ remains" in ran.out
    assert byoc(*given, "--fail-on", "never").code == 0
    jsonschema.validate(answer, json.loads(docs.PAGES["docs/schemas/exit.schema.json"]()))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--before", "out/end", "--from", "out/live"), "has no contract"),
        (("--before", "out/live", "--from", "out/live"), "audit the account once more"),
        (("--before", "nowhere", "--from", "out/end"), "nowhere does not exist"),
    ],
)
def test_audits_that_prove_no_exit_are_one_sentence(
    byoc: Callable[..., Any], written: Path, options: tuple[str, ...], told: str
) -> None:
    assert told in byoc("exit-proof", *options).sentence
