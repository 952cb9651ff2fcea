"""The Kubernetes side of a declared stack: its Helm releases, as Helm is given them.

A chart is fetched when it is installed, so that what it makes of its values stands nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from stacks.declared.values import unsure

if TYPE_CHECKING:
    from stacks.declared.resource import Declared, Resource

_RELEASE = "kubernetes:helm.sh/v3:Release"
_HEAD = """\
# What `pulumi up` gives to Helm; nothing is applied by a rehearsal. The chart is fetched from its repository then, and
# what it makes of these values does not stand here: `helm template` shows it.
"""


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its name, the chart's version, and what stands in its file."""

    name: str
    version: str
    text: str

    @property
    def file(self) -> str:
        """Its file in the audit folder."""
        return f"kubernetes/{self.name}.yaml"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def helm_releases(declared: Declared) -> list[Release]:
    """The releases of a declared stack, by name; what is secret or known only after deployment is said to be."""
    found = [_release(one) for one in declared.resources.values() if one.type == _RELEASE]
    return sorted(found, key=lambda one: one.name)


def _release(resource: Resource) -> Release:
    given = resource.inputs
    name, version = str(given.get("name", resource.name)), str(given.get("version", "unpinned"))
    body = {
        "release": name,
        "namespace": given.get("namespace"),
        "chart": given.get("chart"),
        "repository": (given.get("repositoryOpts") or {}).get("repo"),
        "version": version,
        "values": _shown(given.get("values") or {}),
    }
    return Release(name, version, _HEAD + yaml.safe_dump(body, sort_keys=False, width=120))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    why = unsure(value)
    return value if why is None else f"({why.value})"
