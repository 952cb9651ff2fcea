"""The second generation on EC2: the quick-start of August 2026, its Console a container, roles for Console and brokers."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from vendor_accounts import declared, run_time, statements
from vendor_accounts.first import AMAZON_LINUX
from vendor_accounts.making import EC2_TRUST, OFFICE, REGION, Making, disk, permission
from vendor_accounts.network import Vpc, nat, network, without_the_default

if TYPE_CHECKING:
    from audit.model.contract import BoundaryContract
    from stacks.rehearsal.cloud import Cloud

ENVIRONMENT, CIDR = "env-second", "10.42.0.0/16"
PUBLIC, PRIVATE = ["10.42.0.0/24"], ["10.42.10.0/24", "10.42.11.0/24", "10.42.12.0/24"]
PREFIX = "quickstart-abcde"
DATA, OPS = f"automq-data-{REGION}-{PREFIX}", "automq-ops-second"
CONSOLE, BROKERS = f"automq-console-{PREFIX}", f"automq-data-plane-{PREFIX}"
_ENCRYPTED = {"Encrypted": True}


def build(cloud: Cloud) -> tuple[Making, BoundaryContract]:
    making = Making(cloud, ENVIRONMENT)
    without_the_default(making)
    where = network(making, CIDR, PUBLIC, PRIVATE, tables_by_zone=False, emptied=False)
    nat(making, where)
    for bucket in (DATA, OPS):
        making.bucket(bucket)
    # The vendor's page asks for this grant; no module makes it.
    making.call("s3", "PutBucketPolicy", Bucket=OPS, Policy=json.dumps(statements.vendor_grant(OPS)))
    zone = making.zone(f"{PREFIX}.automq.private", where.vpc)
    parts = {"account": statements.console_account(DATA, OPS), "compute": statements.console_compute()}
    roles = {
        "console": making.role(CONSOLE, EC2_TRUST, "AmazonSSMManagedInstanceCore", **parts),
        "brokers": making.role(BROKERS, EC2_TRUST, policy=statements.data_plane(DATA, OPS, zone)),
    }
    for name in (CONSOLE, BROKERS):
        making.profile(name)
    group = making.group("console", where.vpc, [permission((8080, 8080), OFFICE)])
    instance = _console(making, where, group)
    required = {"MetadataOptions": {"HttpTokens": "required"}}
    brokers = run_time.brokers(making, where, CIDR, group, BROKERS, **required)
    groups = {"console-group": group, "broker-group": brokers}
    return making, contract(where, groups, {**roles, "zone": zone, "instance": instance})


def _console(making: Making, where: Vpc, group: str) -> str:
    """The Console: IMDSv2 and encrypted volumes; its secrets stand in the user data."""
    config = {
        "environmentId": ENVIRONMENT,
        "clientId": "client",
        "clientSecret": "sample-client-secret-0123456789",
        "region": REGION,
        "opsBucket": {"bucketName": OPS},
    }
    lines = {
        "CONFIG": base64.b64encode(json.dumps(config).encode()).decode(),
        "CONSOLE_INITIAL_USER": "admin",
        "CONSOLE_INITIAL_PASSWORD": "SamplePassword0123456789",
        "CONSOLE_INITIAL_ACCESS_KEY": "SampleAccessKey0",
        "CONSOLE_INITIAL_SECRET_KEY": "SampleSecretKey01234567890123456",
        "CLOUD_PROVIDER": "aws",
    }
    env = "\n".join(f"{key}={value}" for key, value in lines.items())
    data: dict[str, Any] = {
        "ImageId": run_time.IMAGE,
        "InstanceType": "t3.large",
        "IamInstanceProfile": {"Name": CONSOLE},
        "MetadataOptions": {"HttpTokens": "required"},
        "BlockDeviceMappings": [disk(30, **_ENCRYPTED), disk(20, "/dev/sdh", **_ENCRYPTED)],
        "UserData": f"#!/bin/bash\ncat > /etc/automq-console.env <<END\n{env}\nEND\n",
    }
    instance = making.instance("console", where.public[0], group, data, Name=CONSOLE)
    making.address("console", instance)
    return instance


ANSWERS = {
    "ec2:DescribeImages": lambda record: {"Images": [] if "Owners" in record.params else [AMAZON_LINUX]},
    # Session Manager is how people get to this Console's machine.
    "ssm:DescribeInstanceInformation": lambda _: {
        "InstanceInformationList": [
            {
                "InstanceId": "i-console",
                "ResourceType": "EC2Instance",
                "AgentVersion": "3.3.2299.0",
                "PingStatus": "Online",
            }
        ]
    },
}


def contract(where: Vpc, groups: dict[str, str], ids: dict[str, str]) -> BoundaryContract:
    """What a platform team would say of it: the Console keeps telemetry and starts brokers, who keep the records."""
    return declared.contract(
        ENVIRONMENT, where, ids, OPS,
        groups=groups,
        buckets=declared.buckets(DATA, OPS),
        principals=declared.two_roles(ids["console"], ids["brokers"]),
        listeners=declared.listeners(CIDR),
    )  # fmt: skip
