"""Policy documents as the provider takes them: JSON text, at once or when what they name is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.documents.statement import Document


def text(document: Document) -> str:
    """A document that is known already, and so shows in a preview."""
    return json.dumps(document)


def when_known(make: Callable[..., Document], **parts: pulumi.Input[Any]) -> pulumi.Output[str]:
    """The document that ``make`` gives for these keyword arguments, once each of them is known."""
    return pulumi.Output.all(**parts).apply(lambda known: text(make(**known)))
