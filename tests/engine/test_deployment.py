"""The stack's own program through Pulumi's engine, from the first preview to the last delete, in one account."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from deployment import Changes, Deployment, stored_settings

from stacks.program import deploy
from stacks.rehearsal.types import row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

SECONDS_FOR_150 = 10
# These outlive their deletion in AWS too: a key waits, and the account's role for Auto Scaling is not only ours.
OUTLIVE = {"aws:kms/key:Key", "aws:iam/serviceLinkedRole:ServiceLinkedRole"}


class Story:
    """Everything that happened, in order: each operation on the deployment and what it printed."""

    def __init__(self, deployment: Deployment, cloud: Cloud) -> None:
        self.deployment, self.cloud = deployment, cloud
        self.told: list[str] = []
        self.seconds = 0.0
        values = stored_settings()
        self.hidden = [values["automq_config"]]
        deployment.configure(values)
        began = time.monotonic()
        self.first = self.note(deployment.preview())
        self.seconds = time.monotonic() - began
        self.vpcs_before = _vpcs(cloud)
        self.up = self.note(deployment.up())
        self.vpcs = _vpcs(cloud)
        self.hidden += _drawn(cloud)
        self.again = self.note(deployment.preview())
        self.exported = deployment.state()
        self.files = _texts(deployment.folder)
        longer = {**values, "retention": {**values["retention"], "log_groups": 120}}
        deployment.configure(longer)
        self.changing = self.note(deployment.preview())
        deployment.configure({**longer, "protect": True})
        self.note(deployment.up())
        self.days = {group["retentionInDays"] for group in cloud.call("logs", "DescribeLogGroups", {})["logGroups"]}
        self.refused = self._refusal()
        self.kept = deployment.resources()
        deployment.configure(values)
        self.note(deployment.up())
        self.made = deployment.resources()
        self.gone = self.note(deployment.destroy())

    def note(self, changes: Changes) -> Changes:
        self.told += [changes.text, json.dumps(changes.outputs)]
        return changes

    def _refusal(self) -> str:
        # As a user types it, with the preview that the Automation API passes over.
        try:
            return self.deployment.run("destroy", "--yes")
        except subprocess.CalledProcessError as error:
            self.told.append(error.stdout + error.stderr)
            return self.told[-1]


def _vpcs(cloud: Cloud) -> list[str]:
    ours = {"Filters": [{"Name": "tag:automqVendor", "Values": ["automq"]}]}
    return [vpc["VpcId"] for vpc in cloud.call("ec2", "DescribeVpcs", ours)["Vpcs"]]


def _drawn(cloud: Cloud) -> list[str]:
    """The secrets that the program drew itself, as AWS has them."""
    names = [secret["Name"] for secret in cloud.call("secretsmanager", "ListSecrets", {})["SecretList"]]
    texts = [cloud.call("secretsmanager", "GetSecretValue", {"SecretId": name})["SecretString"] for name in names]
    drawn = [json.loads(text) for text in texts if text.startswith("{")]
    return [value for values in drawn for value in values.values() if len(value) >= 16]


def _texts(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture(scope="module")
def story(engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Story:
    cloud, provider = account
    return Story(Deployment(engine, tmp_path_factory.mktemp("deployment"), deploy, provider), cloud)


def test_a_preview_shows_everything_and_makes_nothing(story: Story) -> None:
    assert story.first.summary.keys() == {"create"}
    assert story.first.summary["create"] >= 150
    assert story.vpcs_before == []


def test_a_preview_is_quick(story: Story) -> None:
    assert story.seconds * 150 / story.first.summary["create"] <= SECONDS_FOR_150


def test_an_update_makes_what_the_preview_showed(story: Story) -> None:
    assert story.up.summary == story.first.summary
    assert story.up.outputs["boundary"]["account"] == story.cloud.account
    assert story.vpcs == [story.up.outputs["vpc_id"]]


def test_a_second_preview_changes_nothing(story: Story) -> None:
    assert story.again.summary.keys() == {"same"}


def test_one_changed_setting_changes_just_that(story: Story) -> None:
    changed = story.changing.of("update")
    assert {urn.split("::")[-2].rpartition("$")[2] for urn in changed if "Stack" not in urn} == {
        "aws:cloudwatch/logGroup:LogGroup"
    }
    assert set(changed.values()) <= {("retentionInDays",), ()}
    assert story.changing.summary.keys() == {"same", "update"}
    assert 120 in story.days


def test_what_is_protected_refuses_to_be_destroyed(story: Story) -> None:
    assert "pulumi state unprotect" in story.refused
    assert story.kept.keys() == story.made.keys()


def test_destroying_leaves_nothing_of_ours(story: Story) -> None:
    assert story.deployment.resources() == {}
    left = [
        urn
        for urn, resource in story.made.items()
        if resource["type"].startswith("aws:")
        and not row(resource["type"]).stays
        and resource["type"] not in OUTLIVE
        and row(resource["type"]).find(story.cloud, resource["id"], resource["outputs"])
    ]
    assert left == []


def test_every_key_of_ours_awaits_its_deletion(story: Story) -> None:
    keys = [resource["id"] for resource in story.made.values() if resource["type"] == "aws:kms/key:Key"]
    states = {story.cloud.call("kms", "DescribeKey", {"KeyId": key})["KeyMetadata"]["KeyState"] for key in keys}
    assert states == {"PendingDeletion"}


def test_no_secret_stands_in_clear_anywhere(story: Story) -> None:
    assert len(story.hidden) >= 4
    places = {"state files": story.files, "export": json.dumps(story.exported), "output": "\n".join(story.told)}
    shown = [(place, secret) for place, text in places.items() for secret in story.hidden if secret in text]
    assert [place for place, _ in shown] == []
    assert '"ciphertext"' in places["export"]
