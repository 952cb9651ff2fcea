"""AWS Glue: jobs and development endpoints, and the roles they run as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_glue = partial(Row, "glue")
_JOBS, _ENDPOINTS = "glue:GetJobs", "glue:GetDevEndpoints"

ROWS = (
    _glue("GetJobs", _JOBS, "which jobs there are, and as which roles they run", **if_trusted("glue", "glue")),
    _glue(
        "GetDevEndpoints",
        _ENDPOINTS,
        "as which roles whoever gets a key onto an endpoint acts",
        **if_trusted("glue", "glue"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Jobs and development endpoints with their role; their arguments are redacted by the collector."""
    yield from facts.described(_JOBS, "Jobs", (NodeKind.GLUE_JOB,), _job)
    yield from facts.described(_ENDPOINTS, "DevEndpoints", (NodeKind.DEV_ENDPOINT,), _endpoint)


def _job(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, arn = item["Name"], facts.arn("glue", f"job/{item['Name']}")
    properties = {"role": item.get("Role"), "script": (item.get("Command") or {}).get("ScriptLocation")}
    yield Node(arn, NodeKind.GLUE_JOB, name, facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, item.get("Role"), record)


def _endpoint(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, arn = item["EndpointName"], facts.arn("glue", f"devEndpoint/{item['EndpointName']}")
    properties = {
        "role": item.get("RoleArn"),
        "vpc": item.get("VpcId"),
        "subnet": item.get("SubnetId"),
        "public_address": item.get("PublicAddress"),
    }
    yield Node(arn, NodeKind.DEV_ENDPOINT, name, facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, item.get("RoleArn"), record)
