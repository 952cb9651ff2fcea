"""The auditor's read-only policy, generated from the audit's rows as `byoc permissions` prints it."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.documents.statement import Document

# make check holds it and the rows together.
_FILE = "audit-policy.json"


def audit_policy() -> Document:
    """The policy's document."""
    document: Document = json.loads(resources.files("stacks").joinpath(_FILE).read_text("utf-8"))
    return document
