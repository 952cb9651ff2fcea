"""Programs that the tests rehearse, each in a process of its own."""

from __future__ import annotations

import os
import time

import pulumi
import pulumi_aws as aws

from audit.model.errors import SettingsError


class Room(pulumi.ComponentResource):
    def __init__(self, name: str, provider: aws.Provider) -> None:
        super().__init__("tests:rehearsal:Room", name, None, pulumi.ResourceOptions(providers=[provider]))
        self.vpc = aws.ec2.Vpc(
            "main",
            cidr_block="10.0.0.0/16",
            tags={"Name": "main"},
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.subnet = aws.ec2.Subnet(
            "first",
            vpc_id=self.vpc.id,
            cidr_block="10.0.1.0/24",
            availability_zone=aws.get_availability_zones(opts=pulumi.InvokeOptions(parent=self)).names[0],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"vpc": self.vpc.id})


def _provider() -> aws.Provider:
    region = pulumi.Config("automq-byoc").require("region")
    return aws.Provider("aws", region=region, default_tags={"tags": {"automqVendor": "automq"}})


def tiny() -> None:
    room = Room("room", _provider())
    pulumi.export("vpc", room.vpc.id)
    pulumi.export("tags", room.vpc.tags_all)
    pulumi.export("subnet", {"id": room.subnet.id, "zone": room.subnet.availability_zone})
    pulumi.export("settings", pulumi.Config("automq-byoc").require_object("network"))


def with_secret() -> None:
    options = pulumi.ResourceOptions(provider=_provider())
    secret = aws.secretsmanager.Secret("kept", name="kept", opts=options)
    value = aws.secretsmanager.SecretVersion(
        "value", secret_id=secret.id, secret_string=pulumi.Config("automq-byoc").require_secret("token"), opts=options
    )
    pulumi.export("value", value.secret_string)
    pulumi.export("arn", value.arn)


def leaks() -> None:
    raise ValueError(f"cannot read {pulumi.Config('automq-byoc').require('token')}")


def unknown_type() -> None:
    aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=_provider()))


def refused() -> None:
    options = pulumi.ResourceOptions(provider=_provider())
    vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options)
    subnet = aws.ec2.Subnet("outside", vpc_id=vpc.id, cidr_block="192.168.0.0/24", opts=options)
    pulumi.export("subnet", subnet.id)


def bad_settings() -> None:
    raise SettingsError("environment_id is 40 characters long, the limit is 32: choose a shorter one")


def fault() -> None:
    raise ZeroDivisionError("no part of AWS")


def dies() -> None:
    os._exit(7)


def waits() -> None:
    vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=_provider()))
    vpc.id.apply(lambda _: time.sleep(60))
