"""Names, ARNs and address blocks of one environment: pure, and known before anything exists.

Every policy document and every component takes its names from here, so that `pulumi preview` shows them and a test can
read them without Pulumi.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from components.limits import BACKUP_NAME, BUCKET_NAME, ROLE_NAME

_ENVIRONMENT_ID = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,31}")
_DIGEST_LENGTH = 8
_PRIVATE_SLOT = 10  # the vendor's own quick-start puts its private subnets at the tenth /24 of a /16
ZONES = 3

# AWS page "Amazon Resource Names (ARNs)": the partition follows from the region's prefix.
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


class Wal(StrEnum):
    """Where brokers keep their write-ahead log; the roles' permissions follow it."""

    S3 = "S3WAL"
    EBS = "EBSWAL"
    FILE_SYSTEM = "FSWAL"


class ConsolePermissions(StrEnum):
    """Which identity policy the console gets; its boundary is the tight one in both."""

    CONTRACT = "contract"
    TIGHT = "tight"


class Purpose(StrEnum):
    """What a KMS key is for."""

    DATA = "data"
    OPS = "ops"
    LOGS = "logs"
    VOLUMES = "volumes"


class Signal(StrEnum):
    """A log group's last part: which signal it keeps."""

    TRAIL = "trail"
    DNS = "dns"
    CONSOLE = "console"
    BROKERS = "brokers"


def partition_of(region: str) -> str:
    """The partition that a region belongs to: ``aws``, ``aws-cn``, ``aws-us-gov`` and so on."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


@dataclass(frozen=True, slots=True)
class Names:
    """The physical names and ARNs of one environment; raises ValueError for an id that cannot carry them."""

    environment_id: str
    region: str
    account: str
    partition: str
    ops_bucket: str
    data_bucket: str
    audit_bucket: str
    access_logs_bucket: str
    given_zone: str | None = None
    given_trail: str | None = None
    given_trail_group: str | None = None
    network_owner: str | None = None
    log_account: str | None = None

    def __post_init__(self) -> None:
        if not _ENVIRONMENT_ID.fullmatch(self.environment_id):
            raise ValueError(
                f"environment_id {self.environment_id!r} must be a letter and at most 31 letters, digits or hyphens: "
                "take the environmentId of automq_config"
            )
        if self.ops_bucket == self.data_bucket:
            raise ValueError(f"{self.ops_bucket} is both data and ops bucket: give data_bucket another name")

    @classmethod
    def of(
        cls, environment_id: str, region: str, account: str, ops_bucket: str, data_bucket: str | None = None
    ) -> Names:
        """The names of an environment; the data bucket is named after it when no name is given."""
        made = [bucket_name(role, environment_id, region, account) for role in ("data", "audit", "access-logs")]
        return cls(environment_id, region, account, partition_of(region), ops_bucket, data_bucket or made[0], *made[1:])

    def logging_to(self, audit_bucket: str | None, access_logs_bucket: str | None) -> Names:
        """The same names with log buckets named otherwise, where they are."""
        audit, access_logs = audit_bucket or self.audit_bucket, access_logs_bucket or self.access_logs_bucket
        return replace(self, audit_bucket=audit, access_logs_bucket=access_logs)

    # -- tags

    @property
    def vendor_tags(self) -> dict[str, str]:
        """The two tags by which the vendor's console and our conditions know the environment's resources."""
        return {"automqVendor": "automq", "automqEnvironmentID": self.environment_id}

    @property
    def tags(self) -> dict[str, str]:
        """The tags of all that the stack itself makes: the console may manage its own creations, never these."""
        return {**self.vendor_tags, "automqManagedBy": "byoc-kit"}

    # -- buckets

    def bucket_arn(self, bucket: str) -> str:
        """A bucket's ARN by its name."""
        return f"arn:{self.partition}:s3:::{bucket}"

    @property
    def data_bucket_arn(self) -> str:
        """The bucket of all Kafka records."""
        return self.bucket_arn(self.data_bucket)

    @property
    def ops_bucket_arn(self) -> str:
        """The bucket of logs, metrics and licences, named by automq_config."""
        return self.bucket_arn(self.ops_bucket)

    @property
    def audit_bucket_arn(self) -> str:
        """The bucket of the trail and the flow logs."""
        return self.bucket_arn(self.audit_bucket)

    @property
    def access_logs_bucket_arn(self) -> str:
        """The bucket of the access logs."""
        return self.bucket_arn(self.access_logs_bucket)

    # -- principals

    @property
    def console_role(self) -> str:
        """Role and instance profile of the console."""
        return self._role("console")

    @property
    def data_plane_role(self) -> str:
        """Role and instance profile of the brokers."""
        return self._role("data-plane")

    @property
    def trail_role(self) -> str:
        """Role by which CloudTrail writes to its log group."""
        return self._role("trail-to-logs")

    @property
    def backup_role(self) -> str:
        """Role by which AWS Backup snapshots the console's data volume."""
        return self._role("backup")

    @property
    def auditor_role(self) -> str:
        """Role by which a security account audits."""
        return self._role("auditor")

    def _role(self, purpose: str) -> str:
        return _within(f"automq-{purpose}-{self.environment_id}", ROLE_NAME.maximum)

    def role_arn(self, role: str) -> str:
        """A role's ARN by its name."""
        return self._iam(f"role/{role}")

    @property
    def console_role_arn(self) -> str:
        """The console's role."""
        return self.role_arn(self.console_role)

    @property
    def data_plane_role_arn(self) -> str:
        """The brokers' role."""
        return self.role_arn(self.data_plane_role)

    @property
    def data_plane_profile_arn(self) -> str:
        """The brokers' instance profile; it has the role's name."""
        return self._iam(f"instance-profile/{self.data_plane_role}")

    @property
    def trail_role_arn(self) -> str:
        """The role by which CloudTrail writes to its log group."""
        return self.role_arn(self.trail_role)

    @property
    def backup_role_arn(self) -> str:
        """The role of AWS Backup."""
        return self.role_arn(self.backup_role)

    @property
    def auditor_role_arn(self) -> str:
        """The role by which a security account audits."""
        return self.role_arn(self.auditor_role)

    def root_of(self, account: str) -> str:
        """Another account of the partition as a whole."""
        return f"arn:{self.partition}:iam::{account}:root"

    @property
    def auto_scaling_role_arn(self) -> str:
        """The service-linked role of EC2 Auto Scaling; it must exist before a key policy names it."""
        return self._iam("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")

    @property
    def root_arn(self) -> str:
        """The account itself: in a policy's Principal it delegates to the account's identity policies."""
        return self.root_of(self.account)

    def policy_name(self, purpose: str) -> str:
        """A managed policy's name, such as ``automq-console-boundary-E``."""
        return f"automq-{purpose}-{self.environment_id}"

    def policy_arn(self, purpose: str) -> str:
        """A managed policy's ARN."""
        return self._iam(f"policy/{self.policy_name(purpose)}")

    def _iam(self, resource: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    # -- services of the region

    def regional(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def key_alias(self, purpose: Purpose) -> str:
        """The alias of the key for one purpose."""
        return f"alias/automq/{self.environment_id}/{purpose.value}"

    def log_group(self, signal: Signal) -> str:
        """The log group of one signal."""
        given = self.given_trail_group if signal is Signal.TRAIL else None
        return given or f"/automq/{self.environment_id}/{signal.value}"

    def log_group_arn(self, signal: Signal) -> str:
        """The log group's ARN without the ``:*`` that stands for its streams."""
        return self.regional("logs", f"log-group:{self.log_group(signal)}")

    @property
    def trail(self) -> str:
        """The trail's name; CloudTrail refuses a hyphen beside another or at the end."""
        return f"automq-{_slug(self.environment_id)}"

    @property
    def makes_trail(self) -> bool:
        """Whether the environment has a trail of its own, not one that is there already."""
        return self.given_trail is None

    @property
    def trail_arn(self) -> str:
        """The trail's ARN in its home region."""
        return self.given_trail or self.regional("cloudtrail", f"trail/{self.trail}")

    @property
    def topic(self) -> str:
        """The topic that every alarm notifies."""
        return f"automq-alarms-{self.environment_id}"

    @property
    def topic_arn(self) -> str:
        """The topic's ARN."""
        return self.regional("sns", self.topic)

    @property
    def backup_vault(self) -> str:
        """The vault of the console's backups; at most 50 characters."""
        return _within(f"automq-{self.environment_id}", BACKUP_NAME.maximum)

    @property
    def backup_vault_arn(self) -> str:
        """The vault's ARN."""
        return self.regional("backup", f"backup-vault:{self.backup_vault}")

    def secret(self, purpose: str) -> str:
        """A secret's name, such as ``automq/E/config``."""
        return f"automq/{self.environment_id}/{purpose}"

    @property
    def secrets_arn(self) -> str:
        """The pattern of the ARNs of all secrets of the environment; AWS appends six characters to each name."""
        return self.regional("secretsmanager", f"secret:automq/{self.environment_id}/*")

    @property
    def repositories_arn(self) -> str:
        """The pattern of the environment's mirrored images in the account's own registry."""
        return self.regional("ecr", f"repository/{self.repository('*')}")

    def repository(self, image: str) -> str:
        """The repository of a mirrored image; a registry takes lower case alone."""
        return f"automq/{_slug(self.environment_id).lower()}/{image}"

    @property
    def metric_namespace(self) -> str:
        """The CloudWatch namespace of the environment's own metrics."""
        return f"AutoMQ/{self.environment_id}"

    @property
    def zone_name(self) -> str:
        """The private hosted zone's name, without the final dot, in lower case as Route 53 keeps it."""
        return self.given_zone or f"{_slug(self.environment_id).lower()}.automq.private"

    # -- principals of services

    @property
    def dns_suffix(self) -> str:
        """The partition's suffix of regional service names."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def ec2_service(self) -> str:
        """The service principal of EC2, one of the few that differ by partition."""
        return f"ec2.{self.dns_suffix}"

    @property
    def logs_service(self) -> str:
        """The regional service principal of CloudWatch Logs."""
        return f"logs.{self.region}.{self.dns_suffix}"

    def via(self, *services: str) -> list[str]:
        """Values of kms:ViaService for services that call KMS for a principal, sorted."""
        suffixes = sorted({"amazonaws.com", self.dns_suffix})
        return sorted(f"{service}.{self.region}.{suffix}" for service in services for suffix in suffixes)


def bucket_name(purpose: str, environment_id: str, region: str, account: str) -> str:
    """The name ``automq-<purpose>-<environment>-<region>-<account>``, lower case and within 63 characters.

    Lowering or cutting the environment id would let two environments meet in one name: then a digest of it stands
    beside what is left.
    """
    tail = f"-{region}-{account}"
    head = f"automq-{purpose}-"
    lowered = environment_id.lower()
    room = BUCKET_NAME.maximum - len(head) - len(tail)
    if lowered == environment_id and len(lowered) <= room:
        return f"{head}{lowered}{tail}"
    kept = lowered[: room - _DIGEST_LENGTH - 1].rstrip("-")
    return f"{head}{kept}-{_digest(environment_id)}{tail}"


def _slug(environment_id: str) -> str:
    plain = re.sub("-+", "-", environment_id).strip("-")
    return plain if plain == environment_id else f"{plain}-{_digest(environment_id)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def _within(name: str, maximum: int) -> str:
    if len(name) > maximum:
        raise ValueError(f"{name} has {len(name)} characters, AWS allows {maximum}: shorten environment_id")
    return name


@dataclass(frozen=True, slots=True)
class Subnets:
    """The address blocks of a VPC by zone: public ones and private ones, in the zones' order."""

    public: tuple[str, ...]
    private: tuple[str, ...]


def subnets(cidr: str, zones: int = ZONES) -> Subnets:
    """Cut a VPC's block /16 to /20 into 16-fold slots; raises ValueError for another size or a block with host bits.

    ``zones`` is how many zones get one of each, three at most; a zone's blocks do not depend on how many others there
    are.

    A /16 is cut into /24 as the vendor's quick-start does (public from 0, private from 10); a smaller one into
    sixteenths, where the private subnets stand at 10 as well.
    """
    block = ipaddress.IPv4Network(cidr)
    if not 16 <= block.prefixlen <= 20:  # noqa: PLR2004  # the limits stand in the message
        raise ValueError(
            f"network.cidr {cidr} is a /{block.prefixlen}, a VPC here is a /16 to a /20: choose another block"
        )
    slots = list(block.subnets(new_prefix=max(24, block.prefixlen + 4)))
    blocks = [str(slot) for slot in slots]
    return Subnets(tuple(blocks[:zones]), tuple(blocks[_PRIVATE_SLOT : _PRIVATE_SLOT + zones]))
