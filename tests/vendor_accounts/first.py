"""The first generation on EC2: the vendor's Terraform module, its Console an image, one role for Console and brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import BoundaryContract, Principal
from vendor_accounts import declared, run_time, statements
from vendor_accounts.making import EC2_TRUST, EVERYWHERE, Making, disk, permission
from vendor_accounts.network import Vpc, ec2_endpoint, network, without_the_default

if TYPE_CHECKING:
    from audit.model.snapshot import Record
    from stacks.rehearsal.cloud import Cloud

ENVIRONMENT, CIDR = "env-first", "10.0.0.0/16"
PUBLIC, PRIVATE = ["10.0.0.0/20"], ["10.0.128.0/20", "10.0.144.0/20", "10.0.160.0/20"]
DATA, OPS = f"automq-data-{ENVIRONMENT}", f"automq-ops-{ENVIRONMENT}"
ROLE = f"automq-byoc-service-role-{ENVIRONMENT}"
CONSOLE_IMAGE = "ami-control-center"
"""Looked up by its name alone: whoever publishes the newest image of that name is taken."""


def build(cloud: Cloud) -> tuple[Making, BoundaryContract]:
    making = Making(cloud, ENVIRONMENT)
    without_the_default(making)
    where = network(making, CIDR, PUBLIC, PRIVATE, tables_by_zone=True, emptied=True)
    endpoint = ec2_endpoint(making, where)
    for bucket in (DATA, OPS):
        making.bucket(bucket)
    zone = making.zone(f"{ENVIRONMENT}.automq.private", where.vpc)
    role = making.role(ROLE, EC2_TRUST, policy=statements.shared(DATA, OPS))
    making.profile(ROLE)
    console = making.group("console", where.vpc, [permission((8080, 8080), EVERYWHERE)])
    instance = console_instance(making, where, console, zone)
    # Metadata and volumes of its instances the module leaves to AWS's defaults; the brokers are taken to be like that.
    defaults = {"MetadataOptions": {"HttpTokens": "optional"}, "BlockDeviceMappings": [disk(20)]}
    brokers = run_time.brokers(making, where, CIDR, console, ROLE, **defaults)
    groups = {"console-group": console, "broker-group": brokers, "endpoint-group": endpoint}
    return making, contract(where, groups, {"role": role, "zone": zone, "instance": instance})


def console_instance(making: Making, where: Vpc, group: str, zone: str, profile: str = ROLE) -> str:
    """The Console: on a public address, without a demand for IMDSv2, on unencrypted volumes."""
    config = (
        f"cmp.provider.credential=vm-role://{profile}@aws\ncmp.provider.databucket={DATA}\n"
        f"cmp.provider.opsBucket={OPS}\ncmp.provider.instanceDNS={zone}\ncmp.environmentId={making.environment}\n"
    )
    data: dict[str, Any] = {
        "ImageId": CONSOLE_IMAGE,
        "InstanceType": "t3.large",
        "IamInstanceProfile": {"Name": profile},
        "MetadataOptions": {"HttpTokens": "optional"},
        "BlockDeviceMappings": [disk(20), disk(20, "/dev/sdh")],
        "UserData": f"#!/bin/bash\ncat > /opt/cmp/config.properties <<END\n{config}END\n",
    }
    instance = making.instance("console", where.public[0], group, data, Name=f"automq-console-{making.environment}")
    making.address("console", instance)
    return instance


def images(record: Record) -> dict[str, Any]:
    """None of the account's own; the Console's as another account publishes it, the brokers' as Amazon does."""
    if "Owners" in record.params:
        return {"Images": []}
    return {
        "Images": [
            {
                "ImageId": CONSOLE_IMAGE,
                "Name": "AutoMQ-control-center-Prod-1.2.10-x86_64",
                "OwnerId": "222222222222",
                "Public": True,
            },
            AMAZON_LINUX,
        ]
    }


AMAZON_LINUX = {
    "ImageId": run_time.IMAGE,
    "ImageOwnerAlias": "amazon",
    "Name": "al2023-ami-2023.8.20260810.0-kernel-6.12-x86_64",
    "OwnerId": "137112412989",
    "Public": True,
}

ANSWERS = {"ec2:DescribeImages": images}


def contract(where: Vpc, groups: dict[str, str], ids: dict[str, str]) -> BoundaryContract:
    """What a platform team would say of it: SSE-S3, people from the office, brokers that leave through nothing."""
    both = {"data-bucket": declared.USE, "ops-bucket": declared.USE}
    return declared.contract(
        ENVIRONMENT, where, ids, OPS,
        egress_by_zone=False,
        groups=groups,
        buckets=declared.buckets(DATA, OPS, ops_through_endpoint=True),
        principals={
            "console-and-brokers": Principal(arn=ids["role"], does="console and brokers", may=both),
            **declared.deployer("data-bucket", "ops-bucket"),
        },
        listeners=declared.listeners(CIDR),
    )  # fmt: skip
