"""Checks that are skipped, each with its reason: format ``byoc-skips/1``, ours in policies/checkov/skips.yaml."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from audit.checkov import environment
from audit.policy import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

FORMAT = "byoc-skips/1"
MOST = 10
"""How many skips a file may hold: beyond, the components are to be mended."""
_TEXT = r"\S"


class Skip(BaseModel):
    """Checks that fail of some resources for a reason that stands, in the ``stacks`` named or in all."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=_TEXT, description="what it is called where it is shown")
    checks: tuple[str, ...] = Field(min_length=1, description="ids of checkov's checks or ours, such as CKV_AWS_144")
    resources: tuple[str, ...] = Field(
        min_length=1, description="patterns of Pulumi URNs in which * stands for anything, such as *::Bucket::logs"
    )
    stacks: tuple[str, ...] = Field(
        default=(), description="the stacks that it is for; of every one where none is named"
    )
    reason: str = Field(pattern=_TEXT, description="why the check does not apply, or what is done in its place")

    def covers(self, check: str, urn: str, stack: str) -> bool:
        """Whether this check is skipped of the resource."""
        mine = not self.stacks or stack in self.stacks
        return mine and check in self.checks and any(fnmatchcase(urn, pattern) for pattern in self.resources)


class Skips(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["byoc-skips/1"] = Field(description="what kind of file this is, and its version")
    skips: tuple[Skip, ...] = Field(max_length=MOST)

    def reason(self, check: str, urn: str, stack: str) -> Skip | None:
        """The first skip that covers the check of the resource."""
        return next((skip for skip in self.skips if skip.covers(check, urn, stack)), None)

    def unused(self, failed: Iterable[tuple[str, str]], stack: str) -> list[Skip]:
        """The skips for this stack that covered nothing that failed, check and URN each."""
        pairs = list(failed)
        mine = (skip for skip in self.skips if not skip.stacks or stack in skip.stacks)
        return [skip for skip in mine if not any(skip.covers(*pair, stack) for pair in pairs)]


def load(file: Traversable | None = None) -> Skips:
    """The skips of a file, ours by default; raises UsageError for a bad one."""
    document = plain_yaml.read(file or environment.project().joinpath("skips.yaml"), "--skips")
    return document.parsed(Skips, FORMAT, "docs/schemas/skips.schema.json")
