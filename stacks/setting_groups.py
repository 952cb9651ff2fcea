"""The groups of settings, each with its own limits."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from components.documents.statement import VendorWindow
from components.limits import RETENTION_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT_PATTERN = r"^\d{12}$"
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
PORTS = {"SASL_SSL": 9112, "SSL": 9122, "PLAINTEXT": 9092}
"""AutoMQ's client ports by protocol; SSL asks the client for a certificate (mTLS)."""
ZONE_COUNTS = (1, 3)
"""In two zones no majority of KRaft controllers outlives the loss of one."""
_MOST_SOURCES = 20
MOST_TAGS = 40
_MOST_TAG_KEY, _MOST_TAG_VALUE = 128, 256
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_IMAGE_OWNER = Annotated[str, StringConstraints(pattern=r"^(amazon|aws-marketplace|\d{12})$")]


class Part(BaseModel):
    """A group of settings: frozen, and nothing that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Listener(Part):
    """A client port of the brokers and who may reach it."""

    protocol: Literal["SASL_SSL", "SSL", "PLAINTEXT"] = Field(
        description="SASL_SSL, SSL (mTLS), or PLAINTEXT where allow_plaintext stands beside it"
    )
    port: int = Field(default=0, description="the protocol's own port: 9112 SASL_SSL, 9122 SSL, 9092 PLAINTEXT")
    sources: tuple[str, ...] = Field(
        default=(), max_length=_MOST_SOURCES, description="CIDRs and security group ids that may reach it"
    )
    allow_internet: bool = Field(default=False, description="says that a source of the whole internet is meant")
    allow_plaintext: bool = Field(default=False, description="says that unencrypted clients are meant")

    @model_validator(mode="before")
    @classmethod
    def _own_port(cls, values: object) -> object:
        if isinstance(values, dict) and not values.get("port") and values.get("protocol") in PORTS:
            return {**values, "port": PORTS[values["protocol"]]}
        return values

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.port != PORTS[self.protocol]:
            raise ValueError(
                f"listeners: {self.protocol} listens on {PORTS[self.protocol]}, not on {self.port}: leave the port out"
            )
        if self.protocol == "PLAINTEXT" and not self.allow_plaintext:
            raise ValueError(
                "listeners: PLAINTEXT on 9092 is not encrypted: use SASL_SSL, or write allow_plaintext: true beside it"
            )
        _disjoint(f"listeners: {self.protocol}", self.blocks, allow_internet=self.allow_internet)
        _distinct(f"listeners: {self.protocol}", self.security_groups)
        return self

    @property
    def blocks(self) -> tuple[ipaddress.IPv4Network, ...]:
        """The sources that are address blocks; raises ValueError for what is neither block nor group."""
        return tuple(address_block(f"listeners: {self.protocol}: source", cidr) for cidr in self.cidrs)

    @property
    def cidrs(self) -> tuple[str, ...]:
        """The sources that are CIDRs."""
        return tuple(source for source in self.sources if not _GROUP.fullmatch(source))

    @property
    def security_groups(self) -> tuple[str, ...]:
        """The sources that are security group ids."""
        return tuple(source for source in self.sources if _GROUP.fullmatch(source))


class Console(Part):
    """The console's instance, its image, and how people reach it."""

    instance_type: str = Field(
        default="t3.large",
        pattern=r"^[a-z0-9-]+\.[a-z0-9]+$",
        description="an x86-64 type of at least 2 vCPU and 8 GiB",
    )
    image: str = Field(
        default="automq.azurecr.io/automq/automq-byoc-console:8.3.16-aws",
        pattern=r"^[\w.-]+(:\d+)?/[\w./-]+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$",
        description="the console's container image; by digest in production",
    )
    ami: str | None = Field(
        default=None, pattern=r"^ami-[0-9a-f]{8,17}$", description="the machine image; Amazon Linux 2023 when not given"
    )
    access: Literal["session_manager", "load_balancer"] = Field(
        default="session_manager",
        description="how people reach it: Session Manager port forwarding, or an internal load balancer",
    )
    certificate_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+$",
        description="the load balancer's certificate",
    )
    sources: tuple[str, ...] = Field(
        default=(), max_length=_MOST_SOURCES, description="the CIDRs that people reach the load balancer from"
    )
    broker_image_owners: tuple[_IMAGE_OWNER, ...] = Field(
        default=("amazon", "aws-marketplace"),
        min_length=1,
        max_length=3,
        description="owners of the machine images that the console may start brokers from: names or account ids",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        balanced = self.access == "load_balancer"
        if balanced and not (self.certificate_arn and self.sources):
            raise ValueError(
                "console.access load_balancer needs console.certificate_arn and console.sources: give both"
            )
        if not balanced and (self.certificate_arn or self.sources):
            raise ValueError(
                "console.certificate_arn and console.sources belong to access load_balancer: set it, or leave them out"
            )
        disjoint_blocks("console.sources", self.sources)
        return self


class Retention(Part):
    """Days that each kind of log is kept, of the numbers that CloudWatch Logs accepts."""

    trail: int = Field(default=365, description="the trail, in its bucket and its log group")
    flow_logs: int = Field(default=90, description="VPC flow logs")
    log_groups: int = Field(default=90, description="the other log groups: DNS queries, console, brokers")
    access_logs: int = Field(default=90, description="access logs of buckets and load balancer")
    noncurrent_versions: int = Field(
        default=30, ge=1, le=3653, description="overwritten and deleted objects of the versioned buckets"
    )
    backups: int = Field(default=7, ge=1, le=3653, description="backups of the console's data volume")
    audit_lock_days: int | None = Field(
        default=None,
        ge=1,
        le=3653,
        description="for how long nobody deletes a file of the audit bucket (S3 Object Lock, which cannot be taken off "
        "a bucket again); not locked when not given",
    )
    audit_lock_mode: Literal["governance", "compliance"] = Field(
        default="governance",
        description="governance: who holds s3:BypassGovernanceRetention can lift it; compliance: nobody can, not even "
        "the account's root user",
    )
    backup_lock: Literal["none", "governance", "compliance"] = Field(
        default="none",
        description="whether the vault refuses to delete backups before their days are over; compliance cannot be "
        "lifted by anybody three days after it was made",
    )

    @model_validator(mode="after")
    def _accepted(self) -> Self:
        if self.audit_lock_days is not None and self.audit_lock_days > self.trail:
            raise ValueError(
                f"retention.audit_lock_days is {self.audit_lock_days}, the trail is kept {self.trail} days: lock it no "
                "longer than that, or raise retention.trail"
            )
        for name in ("trail", "flow_logs", "log_groups", "access_logs"):
            days = getattr(self, name)
            if days not in RETENTION_DAYS:
                near = min(RETENTION_DAYS, key=lambda accepted: (abs(accepted - days), accepted))
                raise ValueError(f"retention.{name} is {days} days, CloudWatch Logs does not accept it: take {near}")
        return self


class VendorAccess(Part):
    """None, or a window for one role of the vendor that ends by itself."""

    mode: Literal["none", "granted"] = Field(default="none", description="none, or granted")
    principal: str | None = Field(
        default=None,
        description="the ARN of the vendor's role, never an account's root; kept between windows",
    )
    until: str | None = Field(default=None, description="the window's end, ISO-8601 in UTC: 2027-01-31T18:00:00Z")
    reads: tuple[str, ...] = Field(
        default=(), max_length=10, description="prefixes of logs and metrics in the ops bucket that it reads"
    )
    writes: tuple[str, ...] = Field(
        default=(), max_length=10, description="prefixes of licences in the ops bucket that it writes"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.mode == "none":
            if self.until or self.reads or self.writes:
                raise ValueError(
                    "vendor_access is none but describes a grant: set mode to granted, or leave the rest out"
                )
            if self.principal is None:
                return self
            # It is kept between windows, so that the next one, and the audit, know the vendor's role.
        if not self.principal or not _ROLE.fullmatch(self.principal):
            raise ValueError(
                f"vendor_access.principal {self.principal} is no role's ARN: name one role of the vendor, "
                "never an account's root"
            )
        if self.mode == "none":
            return self
        if not (self.reads or self.writes):
            raise ValueError("vendor_access is granted but opens no prefix: name some in reads or writes")
        for prefix in (*self.reads, *self.writes):
            if not re.fullmatch(r"[\w][\w./=-]*/", prefix):
                raise ValueError(f"vendor_access prefix {prefix!r} must be a folder without wildcards: automq/logs/")
        _utc(self.until)
        return self

    @property
    def window(self) -> VendorWindow | None:
        """The window in the components' words, None when there is none."""
        if self.mode == "none" or self.principal is None or self.until is None:
            return None
        return VendorWindow(self.principal, self.until, self.reads, self.writes)


class Auditor(Part):
    """A security account whose people may take a role that reads what the audit reads, and no records."""

    account: str = Field(
        description="the security account, in quotes; its own policies say who in it", pattern=ACCOUNT_PATTERN
    )
    external_id: str = Field(
        description="what it must say to take the role: agreed with it, another one for each environment, no secret",
        min_length=2,
        max_length=1224,
        pattern=r"^[a-zA-Z0-9_+=,.@:/-]+$",
    )


class Owner(Part):
    """Who owns a duty."""

    team: str = Field(min_length=1, max_length=100, description="the team")
    contact: str = Field(min_length=3, max_length=200, description="where the team is reached")


def bucket_name_problem(field: str, name: str) -> str | None:
    """What is wrong with a bucket's name, None when nothing is (page "General purpose bucket naming rules")."""
    reserved = name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(
        ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
    )
    looks_like_address = re.fullmatch(r"\d+(\.\d+){3}", name)
    if not _BUCKET.fullmatch(name) or ".." in name or reserved or looks_like_address:
        return f"{field} {name!r} breaks S3's naming rules (3 to 63 of a-z, 0-9, hyphen, dot): choose another name"
    return None


def is_block(text: object) -> bool:
    """Whether a value is an IPv4 CIDR without host bits."""
    try:
        return isinstance(text, str) and bool(ipaddress.IPv4Network(text))
    except ValueError:
        return False


def address_block(field: str, text: str) -> ipaddress.IPv4Network:
    """An IPv4 CIDR; raises ValueError naming the field."""
    try:
        return ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"{field} {text!r} is no IPv4 CIDR ({error}): write one such as 10.0.0.0/16") from None


def tags_problem(tags: Mapping[str, str]) -> str | None:
    """What is wrong with the team's own tags, None when nothing is."""
    for key, value in tags.items():
        if key.lower().startswith(("automq", "aws:")):
            return f"tags.{key} is reserved (automq* and aws:* are): choose another key"
        if not 1 <= len(key) <= _MOST_TAG_KEY or len(value) > _MOST_TAG_VALUE:
            return f"tags.{key} is too long (key {_MOST_TAG_KEY}, value {_MOST_TAG_VALUE} characters): shorten it"
    return None


def disjoint_blocks(field: str, sources: tuple[str, ...]) -> None:
    """Raise ValueError for what is no CIDR, for two that overlap, and for the whole internet."""
    _disjoint(field, tuple(address_block(field, source) for source in sources), allow_internet=False)


def _disjoint(field: str, blocks: tuple[ipaddress.IPv4Network, ...], *, allow_internet: bool) -> None:
    for place, block in enumerate(blocks):
        for other in blocks[:place]:
            if block.overlaps(other):
                raise ValueError(f"{field} has the overlapping sources {other} and {block}: keep the wider one")
    if not allow_internet and any(block.prefixlen == 0 for block in ipaddress.collapse_addresses(blocks)):
        raise ValueError(
            f"{field} is open to the whole internet ({', '.join(map(str, blocks))}): name your own networks"
            + (", or write allow_internet: true beside it" if field.startswith("listeners") else "")
        )


def _distinct(field: str, values: tuple[str, ...]) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice:
        raise ValueError(f"{field} has the source {twice} twice: keep one")


def _utc(text: str | None) -> None:
    try:
        until = datetime.fromisoformat(text or "")
    except ValueError:
        until = None
    if text is None or until is None or until.tzinfo != UTC or not text.endswith("Z"):
        raise ValueError(f"vendor_access.until {text} is no end in UTC: write it as 2027-01-31T18:00:00Z")
