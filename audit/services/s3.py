"""S3: buckets, the documents that govern them, and every way in which S3 itself copies, logs or announces objects."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Citation, Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import granted, grants
from audit.services.kms import encrypted_with, key_arn
from audit.services.reading import document, evidence, named_first, record_id, tags, then, whole
from audit.services.receivers import receiver
from audit.services.row import Detail, Row, Scope
from audit.services.s3control import access_grants, access_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.services.facts import Facts


def _detail(
    operation: str,
    action: str,
    why: str,
    absent: str | None = None,
    leads: Mapping[Detail, str] | None = None,
    *,
    near: bool = False,
) -> Row:
    return Row(
        "s3", operation, f"s3:{action}", why, Scope.GLOBAL, parent="s3:ListBuckets", each="Buckets[].{Bucket: Name}",
        detail=Detail.BUCKET, absent=frozenset({absent} if absent else ()), leads=leads or {},
        again=_NEXT_PAGE if operation.startswith("List") else None, near=near,
    )  # fmt: skip


def _under(parent: str, where: str, operation: str, why: str, *absent: str) -> Row:
    """A call that tells something only where another one's answer leaves it open."""
    return Row(
        "s3", operation, f"s3:{operation}", why, Scope.GLOBAL, parent=f"s3:{parent}", implied=True,
        each=f'{where} && {{Bucket: "$params".Bucket}}', absent=frozenset(absent),
    )  # fmt: skip


_near = partial(_detail, near=True)
_NEXT_PAGE = '[{Bucket: "$params".Bucket, ContinuationToken: NextContinuationToken}]'

_DEFAULT = "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault"
_BLOCK = "PublicAccessBlockConfiguration"
_REPLICAS = "ReplicationConfiguration.Rules[].Destination"
_INVENTORIES = "InventoryConfigurationList[].Destination.S3BucketDestination"
_ANALYSES = "AnalyticsConfigurationList[].StorageClassAnalysis.DataExport.Destination.S3BucketDestination"

ROWS: tuple[Row, ...] = (
    # The page "ListBuckets": regions are answered only to a request with a parameter, at most 10,000 buckets a page.
    Row("s3", "ListBuckets", "s3:ListAllMyBuckets", "which buckets the account owns, and where", Scope.GLOBAL,
        params={"MaxBuckets": 10000}),
    replace(_detail("GetBucketLocation", "GetBucketLocation", "the region of a bucket whose listing has none"),
            each="Buckets[?!BucketRegion].{Bucket: Name}"),
    _detail("GetBucketPolicy", "GetBucketPolicy", "who a bucket lets in and keeps out", "NoSuchBucketPolicy"),
    # A policy without an Allow makes nothing public; JSON may spell the word with escapes.
    _under("GetBucketPolicy", "Policy && (contains(Policy, 'Allow') || contains(Policy, '\\u'))",
           "GetBucketPolicyStatus", "whether S3 deems it public", "NoSuchBucketPolicy"),
    _detail("GetPublicAccessBlock", "GetBucketPublicAccessBlock", "whether public access is blocked",
            "NoSuchPublicAccessBlockConfiguration"),
    _detail("GetBucketOwnershipControls", "GetBucketOwnershipControls", "who owns objects, and whether ACLs count",
            "OwnershipControlsNotFoundError"),
    _under("GetBucketOwnershipControls", "OwnershipControls.Rules[0].ObjectOwnership != 'BucketOwnerEnforced'",
           "GetBucketAcl", "whom access control lists let in"),
    _detail("GetBucketEncryption", "GetEncryptionConfiguration", "the key of new objects",
            "ServerSideEncryptionConfigurationNotFoundError", {Detail.KEY: f"{_DEFAULT}.KMSMasterKeyID"}),
    _near("GetBucketVersioning", "GetBucketVersioning", "whether overwritten objects stay"),
    _near("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", "when S3 itself deletes objects",
            "NoSuchLifecycleConfiguration"),
    _near("GetBucketLogging", "GetBucketLogging", "where accesses are logged",
            leads={Detail.BUCKET: "LoggingEnabled.TargetBucket"}),
    # The pages "Locking objects with Object Lock" and "Requirements and considerations for replication": both need
    # versioning, which cannot be suspended while they are on.
    replace(_under("GetBucketVersioning", "Status == 'Enabled'", "GetObjectLockConfiguration",
                   "what cannot be deleted yet", "ObjectLockConfigurationNotFoundError"),
            permission="s3:GetBucketObjectLockConfiguration"),
    replace(_under("GetBucketVersioning", "Status == 'Enabled'", "GetBucketReplication",
                   "where objects are copied to", "ReplicationConfigurationNotFoundError"),
            permission="s3:GetReplicationConfiguration",
            leads={Detail.BUCKET: f"{_REPLICAS}.Bucket",
                   Detail.KEY: f"{_REPLICAS}.EncryptionConfiguration.ReplicaKmsKeyID"}),
    _near("GetBucketNotificationConfiguration", "GetBucketNotification", "whom new objects are announced to",
            leads={Detail.TOPIC: "TopicConfigurations[].TopicArn"}),
    _near("ListBucketInventoryConfigurations", "GetInventoryConfiguration", "where lists of objects are copied to",
            leads={Detail.BUCKET: f"{_INVENTORIES}.Bucket"}),
    _near("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration", "where usage analyses are copied to",
            leads={Detail.BUCKET: f"{_ANALYSES}.Bucket"}),
    _near("GetBucketMetadataConfiguration", "GetBucketMetadataTableConfiguration", "where metadata is copied to",
            "MetadataConfigurationNotFound"),
    # The page "Setting permissions for website access": a website serves anonymous requests only.
    _under("GetPublicAccessBlock", f"!({_BLOCK}.RestrictPublicBuckets && {_BLOCK}.IgnorePublicAcls)",
           "GetBucketWebsite", "whether a website serves it", "NoSuchWebsiteConfiguration"),
    _near("GetBucketAbac", "GetBucketAbac", "whether its tags count in conditions"),
    _near("GetBucketTagging", "GetBucketTagging", "its tags", "NoSuchTagSet"),
)  # fmt: skip

_DAYS_A_YEAR = 365
_DETAILS = tuple(row.name for row in ROWS if row.operation != "ListBuckets")
_EVENT_TARGETS = {
    "TopicConfigurations": "TopicArn",
    "QueueConfigurations": "QueueArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}
_PATHS = {
    "policy_status_public": ("GetBucketPolicyStatus", "PolicyStatus.IsPublic"),
    "public_access_block": ("GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
    "ownership": ("GetBucketOwnershipControls", "OwnershipControls.Rules[0].ObjectOwnership"),
    "acl": ("GetBucketAcl", "Grants"),
    "acl_owner": ("GetBucketAcl", "Owner.ID"),
    "versioning": ("GetBucketVersioning", "Status"),
    "mfa_delete": ("GetBucketVersioning", "MFADelete"),
    "lifecycle": ("GetBucketLifecycleConfiguration", "Rules"),
    "logging": ("GetBucketLogging", "LoggingEnabled.{bucket: TargetBucket, prefix: TargetPrefix}"),
    "object_lock": ("GetObjectLockConfiguration", "ObjectLockConfiguration"),
    "replication": ("GetBucketReplication", "ReplicationConfiguration"),
    "notifications": ("GetBucketNotificationConfiguration", "@"),
    "metadata": ("GetBucketMetadataConfiguration", "GetBucketMetadataConfigurationResult.MetadataConfigurationResult"),
    "website": ("GetBucketWebsite", "@"),
    "abac": ("GetBucketAbac", "AbacStatus.Status"),
}


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every bucket of the account, and buckets that are not among them but of which details were asked.

    A listed bucket has an OWNS edge; ``listed`` is False for one that the account's list does not show.
    """
    if facts.region != GLOBAL:
        return
    found: set[str] = set()
    unlisted: Fact = False
    for entry in facts.listing("s3:ListBuckets", "Buckets", NodeKind.BUCKET):
        if isinstance(entry, Gap):
            unlisted = entry.unknown
            yield entry
            continue
        bucket, record = entry
        found.add(bucket["Name"])
        yield Edge(facts.account, bucket_id(facts, bucket["Name"]), EdgeKind.OWNS, {}, (record,))
        yield from _bucket(facts, bucket["Name"], record, listed=True, region=bucket.get("BucketRegion"))
    asked = {record.params["Bucket"] for name in _DETAILS for record in facts.records(name)}
    for name in sorted(asked - found - _listed_elsewhere(facts)):
        yield from _bucket(facts, name, "", listed=unlisted)


def bucket_id(facts: Facts, bucket: str) -> str:
    """The ARN of a bucket, given its name or ARN."""
    return bucket if bucket.startswith("arn:") else f"arn:{facts.partition}:s3:::{bucket}"


def _listed_elsewhere(facts: Facts) -> set[str]:
    """The buckets that another walked account owns: that account's own answers describe them."""
    return {
        bucket["Name"]
        for record in facts.snapshot.find("s3", "ListBuckets", region=GLOBAL)
        if record.account != facts.account and record.response is not None
        for bucket in record.response.get("Buckets", ())
    }


def _bucket(facts: Facts, name: str, listing: str, *, listed: Fact, region: str | None = None) -> Iterator[Node | Edge]:
    params = {"Bucket": name}
    location = region or then(facts.value("s3:GetBucketLocation", "@", params), _region)
    near = _at(facts, location)
    points, told = access_points(near, name)
    properties: dict[str, Fact] = {
        **{key: facts.value(f"s3:{operation}", path, params) for key, (operation, path) in _PATHS.items()},
        "object_lock_days": _lock_days(facts, params),
        "listed": listed,
        "location": location,
        "policy": document(facts, "s3:GetBucketPolicy", "Policy", params),
        "encryption": _encryption(facts, near, params),
        "inventory": whole(facts, "s3:ListBucketInventoryConfigurations", "InventoryConfigurationList", params),
        "analytics": whole(facts, "s3:ListBucketAnalyticsConfigurations", "AnalyticsConfigurationList", params),
        "tags": tags(facts.value("s3:GetBucketTagging", "TagSet", params)),
        "access_points": points,
        "access_point_accounts": told,
        "access_grants": access_grants(near),
    }
    policy = record_id(facts, "s3:GetBucketPolicy", params)
    records = named_first(policy, listing, *evidence(*(facts.record(detail, params) for detail in _DETAILS)))
    account = facts.account if listed is True else ""
    node = Node(
        bucket_id(facts, name), NodeKind.BUCKET, name, account, location if isinstance(location, str) else "",
        properties, records,
    )  # fmt: skip
    yield node
    yield from _grants(facts, node, params)
    yield from _leaves(facts, node, params)


def _at(facts: Facts, location: Fact) -> Facts | Unknown:
    """The facts of the account in the bucket's region, made once a region."""
    if isinstance(location, Unknown):
        return location
    place: Facts = facts.memo.setdefault(f"s3:{location}", replace(facts, region=location))
    return place


def _region(answer: Mapping[str, Any]) -> str:
    """The page "GetBucketLocation": us-east-1 is a null constraint, and EU an old name of eu-west-1."""
    constraint = answer.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if constraint == "EU" else str(constraint)


def _lock_days(facts: Facts, params: Mapping[str, Any]) -> Fact:
    """For how many days at least a new object is locked; None without a default retention."""
    path = "ObjectLockConfiguration.Rule.DefaultRetention"
    return then(facts.value("s3:GetObjectLockConfiguration", path, params), _days)


def _days(retention: Mapping[str, Any]) -> Fact:
    return retention.get("Days") or (retention["Years"] * _DAYS_A_YEAR if retention.get("Years") else None)


def _encryption(facts: Facts, near: Facts | Unknown, params: Mapping[str, Any]) -> Fact:
    """The default encryption; Unknown, too, when its key is named in a way that unread answers would explain."""
    rule = facts.value("s3:GetBucketEncryption", "ServerSideEncryptionConfiguration.Rules[0]", params)
    if rule is None or isinstance(rule, Unknown):
        return rule
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    key = default.get("KMSMasterKeyID")
    if key is not None and ":key/" not in key:
        key = near if isinstance(near, Unknown) else key_arn(near, key)
    if isinstance(key, Unknown):
        return key
    blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or []
    return {
        "algorithm": default.get("SSEAlgorithm"),
        "key": key,
        "bucket_key": bool(rule.get("BucketKeyEnabled")),
        "blocked": [kind for kind in blocked if kind != "NONE"],
    }


def _grants(facts: Facts, node: Node, params: Mapping[str, Any]) -> Iterator[Node | Edge]:
    record = record_id(facts, "s3:GetBucketPolicy", params)
    yield from grants(facts, node.id, node.properties["policy"], record, "bucket_policy")
    for point in _of(node, "access_points", list):
        yield from grants(facts, node.id, point["policy"], point["policy_record"], f"access_point/{point['Name']}")
    entries = node.properties["acl"]
    if not isinstance(entries, list) or node.properties["ownership"] == "BucketOwnerEnforced":
        return
    for index, entry in enumerate(entries):
        grantee = entry["Grantee"].get("ID") or entry["Grantee"].get("URI")
        if grantee is not None and grantee != node.properties["acl_owner"]:
            about = {"by": "acl", "actions": [entry["Permission"]], "conditions": None}
            because = Citation(record_id(facts, "s3:GetBucketAcl", params), "acl", f"/Grants/{index}")
            yield from granted(facts, node.id, "CanonicalUser", grantee, about, (because,))


def _leaves(facts: Facts, node: Node, params: Mapping[str, Any]) -> Iterator[Node | Edge]:
    """The key that encrypts, and every place that objects, lists of them, or word of them go to."""
    encryption = node.properties["encryption"]
    if isinstance(encryption, dict):
        yield from encrypted_with(node.id, encryption["key"], record_id(facts, "s3:GetBucketEncryption", params))
    if isinstance(node.properties["logging"], dict):
        about, record = node.properties["logging"], record_id(facts, "s3:GetBucketLogging", params)
        yield Edge(node.id, bucket_id(facts, about["bucket"]), EdgeKind.LOGS_TO, {"prefix": about["prefix"]}, (record,))
    for by, operation, target, more in _copies(node):
        record = record_id(facts, f"s3:{operation}", params)
        yield from receiver(target, record)
        yield Edge(node.id, bucket_id(facts, target), EdgeKind.COPIES_TO, {"by": by, **more}, (record,))
    record = record_id(facts, "s3:GetBucketNotificationConfiguration", params)
    for target in _announced(facts, node):
        yield from receiver(target, record)
        yield Edge(node.id, target, EdgeKind.NOTIFIES, {}, (record,))


def _copies(node: Node) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """By what, which operation says so, the target, and more of it; what is switched off copies nothing."""
    for rule in _of(node, "replication", dict).get("Rules", ()):
        if rule.get("Status") == "Enabled":
            about = {"rule": rule.get("ID"), "account": rule["Destination"].get("Account")}
            yield "replication", "GetBucketReplication", rule["Destination"]["Bucket"], about
    for entry in _of(node, "inventory", list):
        if entry.get("IsEnabled"):
            target = entry["Destination"]["S3BucketDestination"]["Bucket"]
            yield "inventory", "ListBucketInventoryConfigurations", target, {"rule": entry["Id"]}
    for entry in _of(node, "analytics", list):
        export = (entry.get("StorageClassAnalysis") or {}).get("DataExport")
        if export is not None:
            target = export["Destination"]["S3BucketDestination"]["Bucket"]
            yield "analytics", "ListBucketAnalyticsConfigurations", target, {"rule": entry["Id"]}
    tables = _of(node, "metadata", dict).get("DestinationResult", {}).get("TableBucketArn")
    if tables:
        yield "metadata", "GetBucketMetadataConfiguration", tables, {}


def _announced(facts: Facts, node: Node) -> Iterator[str]:
    notifications = _of(node, "notifications", dict)
    for part, target in _EVENT_TARGETS.items():
        yield from (entry[target] for entry in notifications.get(part, ()))
    if "EventBridgeConfiguration" in notifications and node.account:
        yield facts.arn("events", "event-bus/default", region=node.region)


def _of(node: Node, name: str, kind: type) -> Any:
    """A property's value, or an empty one of that kind when it is absent or unknown."""
    value = node.properties[name]
    return value if isinstance(value, kind) else kind()
