"""Amazon SageMaker: notebook instances and the roles they run as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_sagemaker = partial(Row, "sagemaker")
_NOTEBOOKS, _NOTEBOOK = "sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"

ROWS = (
    _sagemaker(
        "ListNotebookInstances", _NOTEBOOKS, "which notebooks there are", **if_trusted("sagemaker", "sagemaker")
    ),
    _sagemaker(
        "DescribeNotebookInstance",
        _NOTEBOOK,
        "as which role whoever opens a notebook can act",
        parent=_NOTEBOOKS,
        each="NotebookInstances[].{NotebookInstanceName: NotebookInstanceName}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Notebook instances with their role and network."""
    yield from facts.described(_NOTEBOOKS, "NotebookInstances", (NodeKind.NOTEBOOK,), _notebook)


def _notebook(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, arn = item["NotebookInstanceName"], item["NotebookInstanceArn"]
    asked = {"NotebookInstanceName": name}
    paths = {"role": "RoleArn", "subnet": "SubnetId", "direct_internet": "DirectInternetAccess"}
    properties = {key: facts.value(_NOTEBOOK, path, asked) for key, path in paths.items()}
    yield Node(arn, NodeKind.NOTEBOOK, name, facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, properties["role"], record)
