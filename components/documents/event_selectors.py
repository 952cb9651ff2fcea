"""The events that the environment's trail records, in CloudTrail's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# The delivery services only put objects: naming the rest keeps a delivery from logging itself.
READS_AND_DELETES = (
    "CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "GetObjectAcl", "GetObjectAttributes",
    "GetObjectTorrent", "HeadObject", "ListObjects", "ListObjectsV2", "PutObjectAcl", "PutObjectLegalHold",
    "PutObjectRetention", "SelectObjectContent",
)  # fmt: skip


def event_selectors(records: Sequence[str], log_bucket_arn: str) -> list[dict[str, Any]]:
    """Management events, object events of the record buckets, and reads and deletes of the log bucket."""
    objects = [_is("eventCategory", "Data"), _is("resources.type", "AWS::S3::Object")]
    return [
        {"Name": "Management events", "FieldSelectors": [_is("eventCategory", "Management")]},
        {
            "Name": "Objects of the record buckets",
            "FieldSelectors": [*objects, {"Field": "resources.ARN", "StartsWith": [f"{arn}/" for arn in records]}],
        },
        {
            "Name": "Reads and deletes of logs",
            "FieldSelectors": [
                *objects,
                _is("eventName", *READS_AND_DELETES),
                {"Field": "resources.ARN", "StartsWith": [f"{log_bucket_arn}/"]},
            ],
        },
    ]


def _is(field: str, *values: str) -> dict[str, Any]:
    return {"Field": field, "Equals": list(values)}
