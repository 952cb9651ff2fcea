"""What the three deployments are made with: calls by botocore's names, the vendor's tags, lasting names for ids."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.rehearsal.cloud import Cloud

ACCOUNT, REGION, ZONES = "111111111111", "us-east-1", "abc"
EVERYWHERE, OFFICE = "0.0.0.0/0", "203.0.113.7/32"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
EC2_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
_SSE_S3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}


def permission(ports: tuple[int, int] | None, cidr: str | None = None, group: str | None = None) -> dict[str, Any]:
    """A rule for tcp, or for all where no ports are given."""
    found: dict[str, Any] = {"IpProtocol": "tcp" if ports else "-1"}
    if ports:
        found |= {"FromPort": ports[0], "ToPort": ports[1]}
    if cidr:
        found["IpRanges"] = [{"CidrIp": cidr}]
    return found | ({"UserIdGroupPairs": [{"GroupId": group}]} if group else {})


@dataclass
class Making:
    """One deployment in the making; ``names`` turns each physical id into one that says what it is."""

    cloud: Cloud
    environment: str
    names: dict[str, str] = field(default_factory=dict)

    def call(self, service: str, operation: str, **params: Any) -> Any:
        return self.cloud.call(service, operation, params)

    def ec2(self, operation: str, name: str, path: str, tags: Mapping[str, str] | None = None, **params: Any) -> str:
        """A call that makes one thing; its id, by which ``name`` it will be known."""
        found = self.call("ec2", operation, **params)
        for part in path.split("."):
            found = found[int(part) if part.isdigit() else part]
        self.names[str(found)] = name
        if tags is not None:
            self.call("ec2", "CreateTags", Resources=[found], Tags=self.tags(**tags))
        return str(found)

    def tags(self, **more: str) -> list[dict[str, str]]:
        """The tags that the vendor's modules put on what they make."""
        pairs = {
            "ManagedBy": "terraform",
            "automqVendor": "automq",
            "automqEnvironmentID": self.environment,
            **more,
        }
        return [{"Key": key, "Value": value} for key, value in pairs.items()]

    def group(self, name: str, vpc: str, rules: Sequence[dict[str, Any]] = (), **tags: str) -> str:
        """A security group ``sg-<name>`` that lets all out, as AWS makes it."""
        ask = {"GroupName": f"automq-{name}", "Description": name, "VpcId": vpc}
        made = self.ec2("CreateSecurityGroup", f"sg-{name}", "GroupId", {"Name": f"automq-{name}", **tags}, **ask)
        self.admit(made, *rules)
        return made

    def admit(self, group: str, *rules: dict[str, Any]) -> None:
        if rules:
            self.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=list(rules))

    def bucket(self, name: str) -> str:
        """A bucket as AWS makes one, SSE-S3 and no ACLs, with the four blocks that the vendor's modules turn on."""
        self.call("s3", "CreateBucket", Bucket=name, ObjectOwnership="BucketOwnerEnforced")
        self.call("s3", "PutPublicAccessBlock", Bucket=name, PublicAccessBlockConfiguration=_BLOCK)
        self.call("s3", "PutBucketEncryption", Bucket=name, ServerSideEncryptionConfiguration={"Rules": [_SSE_S3]})
        self.call("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": self.tags(Name=name)})
        return name

    def role(self, name: str, trust: Mapping[str, Any], *managed: str, **documents: Mapping[str, Any]) -> str:
        """A role with AWS's own policies and customer managed ones; its ARN."""
        ask = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(trust), "Tags": self.tags()}
        arn = str(self.call("iam", "CreateRole", **ask)["Role"]["Arn"])
        for policy, document in documents.items():
            body = json.dumps(document)
            made = self.call("iam", "CreatePolicy", PolicyName=f"{name}-{policy}", PolicyDocument=body)
            self.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=made["Policy"]["Arn"])
        for policy in managed:
            self.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return arn

    def profile(self, role: str) -> str:
        """The instance profile of a role, of the same name."""
        self.call("iam", "CreateInstanceProfile", InstanceProfileName=role)
        self.call("iam", "AddRoleToInstanceProfile", InstanceProfileName=role, RoleName=role)
        return role

    def zone(self, name: str, vpc: str) -> str:
        """A private hosted zone, known as ``Z`` and its environment's letters."""
        place = {"VPCRegion": REGION, "VPCId": vpc}
        made = self.call("route53", "CreateHostedZone", Name=name, CallerReference=name, VPC=place)
        found = str(made["HostedZone"]["Id"].removeprefix("/hostedzone/"))
        self.names[found] = "ZAUTOMQ"
        self.call("route53", "ChangeTagsForResource", ResourceType="hostedzone", ResourceId=found, AddTags=self.tags())
        return found

    def instance(self, name: str, subnet: str, group: str, data: Mapping[str, Any], **tags: str) -> str:
        """An instance ``i-<name>`` with its interface ``eni-<name>`` and its volumes ``vol-<name>-<n>``, all tagged."""
        labels = self.tags(**tags)
        told = [{"ResourceType": kind, "Tags": labels} for kind in ("instance", "volume")]
        alone = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "AssociatePublicIpAddress": False}
        ask = {**data, "NetworkInterfaces": [alone], "TagSpecifications": told}
        made = self.call("ec2", "RunInstances", MinCount=1, MaxCount=1, **ask)["Instances"][0]
        found = str(made["InstanceId"])
        self.names[found] = f"i-{name}"
        for interface in made["NetworkInterfaces"]:
            self.names[interface["NetworkInterfaceId"]] = f"eni-{name}"
            self.names[interface["Attachment"]["AttachmentId"]] = f"eni-attach-{name}"
        where = [{"Name": "attachment.instance-id", "Values": [found]}]
        volumes = self.call("ec2", "DescribeVolumes", Filters=where)["Volumes"]
        for device in sorted(volumes, key=lambda volume: volume["Attachments"][0]["Device"]):
            what = "root" if device["Attachments"][0]["Device"] == "/dev/xvda" else "data"
            self.names[device["VolumeId"]] = f"vol-{name}-{what}"
            if "KmsKeyId" in device:
                self.names[device["KmsKeyId"].rpartition("/")[2]] = "aws-ebs"
            self.call("ec2", "CreateTags", Resources=[device["VolumeId"]], Tags=self.tags(Name=f"{name}-{what}"))
        return found

    def address(self, name: str, instance: str) -> str:
        """An elastic address of an instance."""
        made = self.elastic(name)
        self.call("ec2", "AssociateAddress", AllocationId=made, InstanceId=instance)
        return made

    def elastic(self, name: str) -> str:
        """An elastic address, known as one of those kept for documentation."""
        made = self.ec2("AllocateAddress", f"eipalloc-{name}", "AllocationId", {"Name": name}, Domain="vpc")
        address = self.call("ec2", "DescribeAddresses", AllocationIds=[made])["Addresses"][0]["PublicIp"]
        self.names[address] = f"198.51.100.{sum(known.startswith('198.51.100.') for known in self.names.values()) + 1}"
        return made


def disk(size: int, device: str = "/dev/xvda", **more: Any) -> dict[str, Any]:
    """A gp3 volume of an instance."""
    return {"DeviceName": device, "Ebs": {"VolumeSize": size, "VolumeType": "gp3", **more}}
