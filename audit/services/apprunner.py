"""AWS App Runner: services and the roles that their containers run as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_apprunner = partial(Row, "apprunner")
_SERVICES, _SERVICE = "apprunner:ListServices", "apprunner:DescribeService"

ROWS = (
    _apprunner(
        "ListServices",
        _SERVICES,
        "which container services there are",
        again="[{NextToken: NextToken}]",
        **if_trusted("tasks.apprunner", "apprunner"),
    ),
    _apprunner(
        "DescribeService",
        _SERVICE,
        "as which role whoever changes a container service can act",
        parent=_SERVICES,
        each="ServiceSummaryList[].{ServiceArn: ServiceArn}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Services with the role of their containers."""
    yield from facts.described(_SERVICES, "ServiceSummaryList", (NodeKind.CONTAINER_SERVICE,), _service)


def _service(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["ServiceArn"]
    role = facts.value(_SERVICE, "Service.InstanceConfiguration.InstanceRoleArn", {"ServiceArn": arn})
    properties = {"role": role, "address": item.get("ServiceUrl")}
    name, kind = item["ServiceName"], NodeKind.CONTAINER_SERVICE
    yield Node(arn, kind, name, facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, role, record)
