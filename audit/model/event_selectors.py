"""What CloudTrail's event selectors record, basic and advanced (API pages "EventSelector", "AdvancedFieldSelector")."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def records_management(selectors: Sequence[dict[str, Any]]) -> bool:
    """Whether a trail records management events of every service, reads and writes; without selectors it does."""
    return not selectors or _whole(selectors, _management_of)


def records_objects(selectors: Sequence[dict[str, Any]], bucket_arn: str) -> bool:
    """Whether a trail records reads and writes of every object of a bucket."""
    return _whole(selectors, partial(_objects_of, bucket_arn))


def _whole(selectors: Sequence[dict[str, Any]], of: Callable[[dict[str, Any]], set[bool]]) -> bool:
    """Whether the selectors record both reads and writes of what ``of`` looks for."""
    return {True, False} <= {read for selector in selectors for read in of(selector)}


def _management_of(selector: dict[str, Any]) -> set[bool]:
    """Which management events a selector records of every service: reads (True), writes (False)."""
    if "FieldSelectors" not in selector:
        whole = selector.get("IncludeManagementEvents", True) and not selector.get("ExcludeManagementEventSources")
        return _directions(selector) if whole else set()
    fields = _fields(selector)
    management = "Management" in fields.get("eventCategory", {}).get("Equals", ())
    return _read_only(fields) if management and set(fields) <= {"eventCategory", "readOnly"} else set()


def _objects_of(bucket: str, selector: dict[str, Any]) -> set[bool]:
    """Which object events of a bucket a selector records: reads (True), writes (False)."""
    everything = f"{bucket}/"
    if "FieldSelectors" not in selector:
        resources = [r for r in selector.get("DataResources") or () if r.get("Type") == "AWS::S3::Object"]
        named = [value for resource in resources for value in resource.get("Values") or ()]
        return _directions(selector) if any(everything.startswith(value) for value in named) else set()
    fields = _fields(selector)
    objects = fields.get("resources.type", {}).get("Equals", ()) == ["AWS::S3::Object"]
    known = set(fields) <= {"eventCategory", "resources.type", "resources.ARN", "readOnly"}
    place = fields.get("resources.ARN", {"StartsWith": [""]})
    inside = set(place) <= {"Field", "StartsWith"} and any(map(everything.startswith, place.get("StartsWith", ())))
    return _read_only(fields) if objects and known and inside else set()


def _fields(selector: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["Field"]: field for field in selector["FieldSelectors"]}


def _directions(selector: dict[str, Any]) -> set[bool]:
    return {"ReadOnly": {True}, "WriteOnly": {False}}.get(selector.get("ReadWriteType", "All"), {True, False})


def _read_only(fields: dict[str, dict[str, Any]]) -> set[bool]:
    """The directions that the field readOnly leaves: ``{"Equals": ["true"]}`` or ``{"NotEquals": ["true"]}``."""
    field = fields.get("readOnly", {})
    equals = {value == "true" for value in field.get("Equals", ("true", "false"))}
    return equals - {value == "true" for value in field.get("NotEquals", ())}
