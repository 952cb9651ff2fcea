"""CloudTrail: trails with their status and selectors, and event data stores of CloudTrail Lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import is_walked
from audit.services.kms import encrypted_with, key_arn
from audit.services.reading import evidence, record_id
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Facts

_TRAILS, _STATUS, _SELECTORS = "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"
_STORES, _STORE = "cloudtrail:ListEventDataStores", "cloudtrail:GetEventDataStore"

ROWS: tuple[Row, ...] = (
    Row("cloudtrail", "DescribeTrails", _TRAILS, "where API calls are recorded", params={"includeShadowTrails": True},
        leads={Detail.BUCKET: "trailList[].S3BucketName", Detail.KEY: "trailList[].KmsKeyId",
               Detail.TOPIC: "trailList[].SnsTopicARN", Detail.LOG_GROUP: "trailList[].CloudWatchLogsLogGroupArn"}),
    Row("cloudtrail", "GetTrailStatus", _STATUS, "whether a trail records",
        parent=_TRAILS, each='trailList[].{Name: TrailARN, "$region": HomeRegion}'),
    Row("cloudtrail", "GetEventSelectors", _SELECTORS, "which calls a trail leaves out",
        parent=_TRAILS, each='trailList[].{TrailName: TrailARN, "$region": HomeRegion}'),
    Row("cloudtrail", "ListEventDataStores", _STORES, "further copies of the record of API calls",
        again="[{NextToken: NextToken}]"),
    Row("cloudtrail", "GetEventDataStore", _STORE, "what such a copy holds, how long, under which key",
        parent=_STORES, each="EventDataStores[].{EventDataStore: EventDataStoreArn}", leads={Detail.KEY: "KmsKeyId"}),
)  # fmt: skip

_STORE_PATHS = {
    "key": "KmsKeyId",
    "retention_days": "RetentionPeriod",
    "multi_region": "MultiRegionEnabled",
    "organization": "OrganizationEnabled",
    "selectors": "AdvancedEventSelectors",
    "status": "Status",
    "protected": "TerminationProtectionEnabled",
    "federation": "FederationStatus",
}


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Trails that record the account's calls, each once, and the account's event data stores."""
    if facts.region != GLOBAL:
        yield from facts.described(_TRAILS, "trailList", (NodeKind.TRAIL,), _trail)
        yield from facts.described(_STORES, "EventDataStores", (NodeKind.EVENT_DATA_STORE,), _store)


def _is_described_here(facts: Facts, trail: dict[str, Any]) -> bool:
    """Shadow trails show in every region, an organisation's in every account: home region and owner come first.

    Selectors can be read only there (the page "GetEventSelectors").
    """
    owner, regions = Arn.parse(trail["TrailARN"]).account, facts.snapshot.manifest.regions
    place = trail["HomeRegion"] if trail["HomeRegion"] in regions else next(iter(regions), facts.region)
    return facts.region == place and (owner == facts.account or not is_walked(facts, owner))


def _trail(facts: Facts, trail: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    if not _is_described_here(facts, trail):
        return
    arn = trail["TrailARN"]
    group = trail.get("CloudWatchLogsLogGroupArn")
    properties: dict[str, Fact] = {
        "bucket": trail.get("S3BucketName"),
        "prefix": trail.get("S3KeyPrefix"),
        "log_group": group.removesuffix(":*") if group else None,
        "key": key_arn(facts, trail.get("KmsKeyId")),
        "topic": trail.get("SnsTopicARN"),
        "multi_region": bool(trail.get("IsMultiRegionTrail")),
        "global_events": bool(trail.get("IncludeGlobalServiceEvents")),
        "validation": bool(trail.get("LogFileValidationEnabled")),
        "organization": bool(trail.get("IsOrganizationTrail")),
        "home_region": trail["HomeRegion"],
        "logging": facts.value(_STATUS, "IsLogging", {"Name": arn}),
        "delivery_error": facts.value(_STATUS, "LatestDeliveryError", {"Name": arn}),
        "log_group_error": facts.value(_STATUS, "LatestCloudWatchLogsDeliveryError", {"Name": arn}),
        "selectors": _selectors(facts, arn),
    }
    about = evidence(facts.record(_STATUS, {"Name": arn}), facts.record(_SELECTORS, {"TrailName": arn}))
    owner = Arn.parse(arn).account
    yield Node(arn, NodeKind.TRAIL, trail["Name"], owner, trail["HomeRegion"], properties, (record, *about))
    yield Edge(owner, arn, EdgeKind.OWNS, {}, (record,))
    yield from _sinks(facts, arn, properties, record)


def _sinks(facts: Facts, arn: str, properties: dict[str, Fact], record: str) -> Iterator[Edge]:
    if properties["bucket"]:
        bucket = f"arn:{facts.partition}:s3:::{properties['bucket']}"
        yield Edge(arn, bucket, EdgeKind.LOGS_TO, {"prefix": properties["prefix"]}, (record,))
    if properties["log_group"]:
        yield Edge(arn, properties["log_group"], EdgeKind.LOGS_TO, {}, (record,))
    if properties["topic"]:
        yield Edge(arn, properties["topic"], EdgeKind.NOTIFIES, {}, (record,))
    yield from encrypted_with(arn, properties["key"], record)


def _selectors(facts: Facts, arn: str) -> Fact:
    """Advanced selectors when the trail has them, else the basic ones: a trail has one kind or the other."""
    either = "AdvancedEventSelectors[0] && AdvancedEventSelectors || EventSelectors"
    return facts.value(_SELECTORS, either, {"TrailName": arn})


def _store(facts: Facts, store: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn = store["EventDataStoreArn"]
    params = {"EventDataStore": arn}
    properties = {name: facts.value(_STORE, path, params) for name, path in _STORE_PATHS.items()}
    records = (record, *evidence(facts.record(_STORE, params)))
    name = store.get("Name") or Arn.parse(arn).name
    yield Node(arn, NodeKind.EVENT_DATA_STORE, name, facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, properties["key"], record_id(facts, _STORE, params))
