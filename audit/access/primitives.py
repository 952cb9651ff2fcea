"""The catalogue of escalation primitives: ways to act as another principal, or with more rights than one was given.

Read from primitives.yaml beside this file. Sources: the AWS page that each entry names, and the paths of
pathfinding.cloud. What an entry cannot know of the account, its prerequisites say in words; ``unseen`` says that the
walk does not settle it, so that what rests on the entry is undetermined.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from audit.model.graph import NodeKind  # noqa: TC001  # pydantic reads the annotations when it runs

FILE = "primitives.yaml"
NEW = "{new}"
"""Stands in a resource for a name that the caller chooses: only a statement's wildcards match it."""
_FIELDS = {"partition", "region", "account", "new"}
_TEMPLATE = re.compile(r"arn:\{partition\}:[a-z0-9-]+:(\{region\})?:(\{account\})?:\S+")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gains(StrEnum):
    """Whose rights the caller has afterwards."""

    ROLE = "role"
    USER = "user"
    OWN = "own"
    """Its own, or those of a principal that it can act as too, with the edit made."""


class Edit(StrEnum):
    """What changes about the target of an entry that gains ``own``; boundary and SCPs hold unless it says otherwise."""

    POLICIES = "policies"
    """Its policies allow whatever the caller writes."""
    VERSIONS = "versions"
    """Any earlier version of its customer managed policies is in force."""
    GROUPS = "groups"
    """It has the policies of a further group."""
    BOUNDARY = "boundary"
    """No permissions boundary limits it."""
    ATTACHED_DENIALS = "attached_denials"
    """The denials in its own managed policies are gone."""
    INLINE_DENIALS = "inline_denials"
    """The denials in its inline policies are gone."""
    GROUP_DENIALS = "group_denials"
    """The denials in its groups' policies are gone."""
    TAGS = "tags"
    """Its aws:PrincipalTag keys hold whatever the caller writes, or nothing."""
    MFA = "mfa"
    """It can sign in with MFA."""


class On(StrEnum):
    """What a need is asked of, where that is no ARN template."""

    TARGET = "target"
    """The principal that is gained or edited."""
    THING = "thing"
    """The existing thing of the kind that ``through`` or ``over`` names."""
    HOLDER = "holder"
    """What contains the thing: the cluster of a task or a workload."""
    POLICY = "policy"
    """Any one customer managed policy that the target has, by itself or by a group."""
    GROUP = "group"
    """Any one group of the target."""
    OTHER_GROUP = "other_group"
    """Any one group that the target is not in."""
    PROVIDER = "provider"
    """Any one identity provider that the target trusts."""
    ANYTHING = "*"
    """The action takes no resource."""


class Need(_Data):
    """One action that must be allowed, what it is asked of, and the context keys that the service sets so.

    The file calls it ``resource``: YAML reads ``on`` as a truth value.
    """

    action: str = Field(pattern=r"[a-z0-9-]+:[A-Za-z0-9]+")
    on: On | str = Field(alias="resource", union_mode="left_to_right")
    context: dict[str, str] = Field(default_factory=dict)

    @field_validator("on")
    @classmethod
    def _known(cls, on: On | str) -> On | str:
        if isinstance(on, On):
            return on
        unknown = set(re.findall(r"\{(\w*)\}", on)) - _FIELDS
        if unknown or not _TEMPLATE.fullmatch(on):
            raise ValueError(f"{on!r} is neither one of {', '.join(On)} nor an ARN of {', '.join(sorted(_FIELDS))}")
        return on


class Primitive(_Data):
    """One way: all its needs together give the gain, where its prerequisites are met.

    ``trusts`` is the service that the gained role must trust, and with ``profile`` an instance profile must hold the
    role. ``through`` is the kind of an existing thing that runs as the gained role; ``over`` of one that may run as
    any, and for a launch template ``launched`` is the version from which an Auto Scaling group must launch. ``caller``
    is whom the needs are asked of: a principal, or someone for whom an identity provider vouches. ``entered`` is what
    access entries of a cluster give, for which nothing is asked (audit/access/entries.py).
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")
    pathfinding: str | None = Field(pattern=r"^[a-z0-9]+-\d{3}$")
    title: str
    gains: Gains
    target: Literal["role", "user", "either"] = "role"
    edits: Edit | None = None
    trusts: str | None = Field(default=None, pattern=r"^[a-z0-9.-]+\.amazonaws\.com$")
    profile: bool = False
    through: NodeKind | None = None
    over: NodeKind | None = None
    launched: Literal["$Latest", "$Default"] | None = None
    caller: Literal["principal", "provider"] = "principal"
    entered: bool = False
    unseen: str | None = None
    needs: tuple[Need, ...]
    prerequisites: tuple[str, ...] = ()
    source: str

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        """Who is gained is the target, so that only ``own`` says whose policies are edited."""
        if isinstance(data, dict) and data.get("gains") in {"role", "user"}:
            if "target" in data:
                raise ValueError("target stands only beside gains: own")
            return {**data, "target": data["gains"]}
        return data

    @model_validator(mode="after")
    def _fits(self) -> Self:
        asked = {need.on for need in self.needs}
        problems = {
            "edits stands beside gains: own, and only there": (self.gains is Gains.OWN) != (self.edits is not None),
            "needs are asked, but of who has entered a cluster": bool(self.needs) is self.entered,
            "trusts and through exclude each other": self.trusts is not None and self.through is not None,
            "through and over exclude each other": self.through is not None and self.over is not None,
            "a need of a thing or its holder takes through or over": (
                bool(asked & {On.THING, On.HOLDER}) and self.thing is None
            ),
            "only roles trust a service or are run as": (
                self.gains is not Gains.ROLE and (self.trusts, self.through, self.over) != (None, None, None)
            ),
            "profile belongs to trusts: ec2": self.profile and self.trusts != "ec2.amazonaws.com",
            "launched belongs to over: launch_template": (self.launched is not None)
            != (self.over is not None and self.over.value == "launch_template"),
        }
        found = [problem for problem, holds in problems.items() if holds]
        if found:
            raise ValueError("; ".join(found))
        return self

    @property
    def thing(self) -> NodeKind | None:
        """The kind of the existing thing that its needs are asked of."""
        return self.through or self.over


@cache
def catalogue() -> tuple[Primitive, ...]:
    """Every primitive, in the file's order; raises ValueError that names the entry and the reason."""
    return read((resources.files("audit.access") / FILE).read_text("utf-8"))


def read(text: str) -> tuple[Primitive, ...]:
    """The primitives of a catalogue's text; raises ValueError that names the entry and the reason."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{FILE} is no YAML ({' '.join(str(error).split())})") from error
    if not isinstance(entries, list):
        raise ValueError(f"{FILE} holds no list of entries")  # noqa: TRY004  # the file is wrong, not the call
    found: dict[str, Primitive] = {}
    for place, entry in enumerate(entries):
        primitive = _entry(place, entry)
        if primitive.id in found:
            raise ValueError(f"{FILE}: {primitive.id} stands twice")
        found[primitive.id] = primitive
    return tuple(found.values())


def _entry(place: int, entry: Any) -> Primitive:
    try:
        return Primitive.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        name = entry.get("id", f"entry {place}") if isinstance(entry, dict) else f"entry {place}"
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{FILE}: {name}: {where + ': ' if where else ''}{first['msg']}") from error
