"""AWS App Runner: services and the roles that their containers run as."""

from __future__ import annotations

from functools import partial

from audit.model.graph import NodeKind
from audit.services.row import Row
from audit.services.runs_as import Acting, if_trusted

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
_SERVICE_ROLES = Acting(
    NodeKind.CONTAINER_SERVICE,
    _SERVICES,
    "ServiceSummaryList",
    arn="ServiceArn",
    name="ServiceName",
    detail=_SERVICE,
    role="Service.InstanceConfiguration.InstanceRoleArn",
    more={"address": "ServiceUrl"},
)
describe = _SERVICE_ROLES.describe
