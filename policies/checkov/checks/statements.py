"""Identity policies: what a declared document allows too widely, whatever a boundary cuts off of it later."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.common.util.type_forcers import extract_policy_dict, force_list
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOCUMENTS = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
_READ, _WRITE = ("s3:getobject",), ("s3:putobject", "s3:deleteobject")
_TAGS = ("ec2:createtags", "ec2:deletetags", "elasticfilesystem:tagresource", "fsx:tagresource")


class _Statement(BaseResourceCheck):
    """Fails where a statement that allows is faulty; a document that is not there or not known is not judged."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(
            name=name, id=f"BYOC_{number}", categories=[CheckCategories.IAM], supported_resources=_DOCUMENTS
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """The verdict on one policy."""
        self.evaluated_keys = ["policy"]
        document = extract_policy_dict((conf.get("policy") or [None])[0])
        if not isinstance(document, dict):
            return CheckResult.UNKNOWN
        allowing = [one for one in force_list(document.get("Statement", [])) if one.get("Effect") == "Allow"]
        return CheckResult.FAILED if any(map(self.faulty, allowing)) else CheckResult.PASSED

    def faulty(self, statement: dict[str, Any]) -> bool:
        """Whether the statement allows what it should not."""
        raise NotImplementedError


class PassAnyRole(_Statement):
    """A02 of the footprint's weaknesses: whoever starts an instance with any role has what that role may."""

    def faulty(self, statement: dict[str, Any]) -> bool:
        """PassRole on every role."""
        return _allows(statement, ("iam:passrole",)) and any(_every_role(one) for one in _resources(statement))


class TakeAnyRole(_Statement):
    """A01: roles that trust the account are then one step away."""

    def faulty(self, statement: dict[str, Any]) -> bool:
        """AssumeRole on every role."""
        return _allows(statement, ("sts:assumerole",)) and any(_every_role(one) for one in _resources(statement))


class WriteAnyTag(_Statement):
    """A03: who writes tags freely walks around every condition on them."""

    def faulty(self, statement: dict[str, Any]) -> bool:
        """A tag action without any condition, on more than named things."""
        # A snapshot's tags guard nothing: what makes snapshots may write them.
        kinds = [one.rpartition(":")[2] for one in _resources(statement)]
        wide = any("*" in kind and not kind.startswith("snapshot/") for kind in kinds)
        return wide and not statement.get("Condition") and _allows(statement, _TAGS)


class ReachAnyBucket(_Statement):
    """A04: the objects of every bucket of the account, whoever it was made for."""

    def faulty(self, statement: dict[str, Any]) -> bool:
        """Object actions on every bucket, without a condition."""
        wide = any(one == "*" or one.endswith((":s3:::*", ":s3:::*/*")) for one in _resources(statement))
        return wide and not statement.get("Condition") and _allows(statement, (*_READ, *_WRITE))


def _allows(statement: dict[str, Any], actions: tuple[str, ...]) -> bool:
    if "NotAction" in statement:
        spared = list(_texts(statement["NotAction"]))
        return any(not any(fnmatchcase(action, one) for one in spared) for action in actions)
    given = list(_texts(statement.get("Action")))
    return any(fnmatchcase(action, one) for action in actions for one in given)


def _resources(statement: dict[str, Any]) -> list[str]:
    # What is not named is nearly everything.
    return ["*"] if "NotResource" in statement else list(_texts(statement.get("Resource")))


def _every_role(resource: str) -> bool:
    return resource == "*" or resource.endswith((":role/*", ":iam::*", ":iam:*"))


def _texts(value: Any) -> Iterator[str]:
    yield from (one.lower() for one in force_list(value) if isinstance(one, str))


pass_any_role = PassAnyRole(1, "Ensure that iam:PassRole names its roles")
take_any_role = TakeAnyRole(2, "Ensure that sts:AssumeRole names its roles")
write_any_tag = WriteAnyTag(3, "Ensure that tags are written under a condition")
reach_any_bucket = ReachAnyBucket(4, "Ensure that objects are named by their buckets")
