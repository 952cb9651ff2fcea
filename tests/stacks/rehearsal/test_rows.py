from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import RehearsalError
from stacks.rehearsal.types import row, rows

if TYPE_CHECKING:
    from stacks.rehearsal.cloud import Cloud
    from stacks.rehearsal.row import Created

SAMPLES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))
SUBNET = "aws:ec2/subnet:Subnet"
BUCKET = "aws:s3/bucket:Bucket"
# Second resources of a type that some sample needs beside the first.
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "other-subnet": (
        SUBNET,
        {"vpcId": "@aws:ec2/vpc:Vpc.id", "cidrBlock": "10.42.11.0/24", "availabilityZone": "eu-west-1b"},
    ),
    "network-balancer": (
        "aws:lb/loadBalancer:LoadBalancer",
        {"loadBalancerType": "network", "internal": True, "subnets": ["@aws:ec2/subnet:Subnet.id"]},
    ),
    "other-vpc": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.80.0.0/16"}),
    "log-bucket": (BUCKET, {"bucket": "sample-log-bucket", "forceDestroy": True}),
    "locked-bucket": (BUCKET, {"bucket": "sample-locked-bucket", "objectLockEnabled": True}),
}
LOGGING_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObjectTorrent",
            "Resource": "arn:aws:s3:::sample-log-bucket/*",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::sample-log-bucket/*",
        },
    ],
}


class Maker:
    """Makes a sample and, before it, whatever the sample refers to; takes all away again, last first."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._made: dict[str, tuple[str, Created, dict[str, Any]]] = {}

    def make(self, name: str) -> Created:
        if name not in self._made:
            token, sample = OTHERS.get(name) or (name, SAMPLES[name])
            inputs = self._resolve(sample)
            created = row(token).make(self._cloud, inputs, name=_name(name), default_tags={"automqVendor": "automq"})
            self._made[name] = (token, created, created.outputs)
            if name == "log-bucket":
                self._cloud.call("s3", "PutBucketPolicy", {"Bucket": created.id, "Policy": json.dumps(LOGGING_POLICY)})
        return self._made[name][1]

    def shown(self, name: str) -> Any:
        token, created, inputs = self._made[name]
        return row(token).find(self._cloud, created.id, inputs)

    def remove(self, name: str) -> None:
        token, created, inputs = self._made[name]
        row(token).remove(self._cloud, created.id, inputs)

    def remove_rest(self, but: str) -> None:
        for name in reversed([name for name in self._made if name != but]):
            self.remove(name)

    def _resolve(self, value: Any) -> Any:
        match value:
            case "@transit-gateway.id":
                return self._cloud.call("ec2", "CreateTransitGateway", {})["TransitGateway"]["TransitGatewayId"]
            case str() if value.startswith("@"):
                token, _, output = value[1:].rpartition(".")
                created = self.make(token)
                return created.id if output == "id" else created.outputs[output]
            case dict():
                return {key: self._resolve(item) for key, item in value.items()}
            case list():
                return [self._resolve(item) for item in value]
            case _:
                return value


_NUMBERS = itertools.count()


def _name(token: str) -> str:
    # What the emulator cannot delete must not be in a later sample's way.
    return f"sample-{token.rpartition(':')[2].lower()[:20]}-{next(_NUMBERS)}"


def test_every_row_has_a_sample_and_every_sample_a_row() -> None:
    assert SAMPLES.keys() == rows().keys()


@pytest.mark.parametrize("token", [token for token, entry in rows().items() if entry.create])
def test_a_row_makes_what_aws_then_shows_and_takes_it_away_again(cloud: Cloud, token: str) -> None:
    maker = Maker(cloud)
    try:
        created = maker.make(token)
        assert created.id
        assert None not in created.outputs.values(), [key for key, value in created.outputs.items() if value is None]
        assert maker.shown(token)
        maker.remove(token)
        assert not row(token).delete or not maker.shown(token)
    finally:
        maker.remove_rest(token)
    assert row(token).stays or not maker.shown(token)


@pytest.mark.parametrize("token", [token for token, entry in rows().items() if entry.create and entry.tagged])
def test_a_tagged_row_changes_its_tags(cloud: Cloud, token: str) -> None:
    maker = Maker(cloud)
    try:
        created = maker.make(token)
        inputs = {key: value for key, value in created.outputs.items() if key not in row(token).outputs}
        wanted = {"automqVendor": "automq", "changed": "yes"}
        outputs = row(token).change(cloud, created.id, inputs, created.outputs, default_tags=wanted)
        assert outputs["tagsAll"]["changed"] == "yes"
        assert row(token).change(cloud, created.id, inputs, outputs)["tagsAll"].keys() == inputs.get("tags", {}).keys()
    finally:
        maker.remove(token)
        maker.remove_rest(token)


def test_a_row_deletes_or_says_why_nothing_does() -> None:
    assert [token for token, entry in rows().items() if entry.create and bool(entry.delete) == bool(entry.stays)] == []


def test_a_row_that_makes_nothing_says_what_stays_unseen() -> None:
    assert all(entry.cannot_show for entry in rows().values() if entry.create is None)


def test_a_type_without_a_row_is_named_with_the_place_for_one() -> None:
    with pytest.raises(RehearsalError, match=r"aws:sqs/queue:Queue.*stacks/rehearsal/types"):
        row("aws:sqs/queue:Queue")


def test_an_input_that_a_row_does_not_know_is_refused(cloud: Cloud) -> None:
    with pytest.raises(RehearsalError, match="ipv9CidrBlock of aws:ec2/vpc:Vpc"):
        row("aws:ec2/vpc:Vpc").make(cloud, {"cidrBlock": "10.0.0.0/16", "ipv9CidrBlock": "x"})
