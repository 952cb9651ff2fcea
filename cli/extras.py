"""What an installation without an extra cannot do, as one sentence; only this module knows which extra brings what."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MODULES = {
    "pulumi": "deploy",
    "pulumi_aws": "deploy",
    "pulumi_kubernetes": "deploy",
    "moto": "rehearse",
    "confluent_kafka": "poc",
    "matplotlib": "poc",
    "numpy": "poc",
}
"""Module to the extra that brings it; rehearse brings what deploy does."""


def require_rehearse() -> None:
    """Raise UsageError unless everything that a rehearsal's processes import is installed."""
    missing = [module for module, extra in _MODULES.items() if extra != "poc" and find_spec(module) is None]
    if missing:
        raise _missing(missing, "rehearse")


def explain(error: ModuleNotFoundError) -> UsageError | None:
    """The sentence for a module that an extra brings; None for any other, which is a defect."""
    module = (error.name or "").partition(".")[0]
    return _missing([module], _MODULES[module]) if module in _MODULES else None


def _missing(modules: Iterable[str], extra: str) -> UsageError:
    return UsageError(
        f"this needs {', '.join(modules)}, which the base installation lacks: "
        f"install the extra: pip install 'automq-byoc-kit[{extra}]'"
    )
