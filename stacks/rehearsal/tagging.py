"""How each service changes the tags of what it has: the calls that set tags, and those that take tags away.

In the expressions ``state`` is the outputs as they were, ``tags`` and ``tag_map`` are all tags as they are to be, and
``item`` is the list of keys to take away. A key is botocore's service, or a Pulumi type where one service has several
ways.
"""

from __future__ import annotations

from typing import NamedTuple

from stacks.rehearsal.call import Call


class Retag(NamedTuple):
    """``set`` puts all tags; ``unset`` takes the keys in ``item`` away, None where ``set`` does so itself."""

    set: Call
    unset: Call | None


def _by(
    parameter: str,
    value: str,
    *,
    setting: tuple[str, str, str] = ("TagResource", "Tags", "tags"),
    unsetting: tuple[str, str, str] = ("UntagResource", "TagKeys", "item"),
    absent: frozenset[str] = frozenset(),
) -> Retag:
    set_, tags, all_tags = setting
    unset, keys, gone = unsetting
    return Retag(
        Call(operation=set_, params={parameter: value, tags: all_tags}, when="tags", absent=absent),
        Call(operation=unset, params={parameter: value, keys: gone}, absent=absent),
    )


def _iam(kind: str, parameter: str, value: str = "id") -> Retag:
    return _by(parameter, value, setting=(f"Tag{kind}", "Tags", "tags"), unsetting=(f"Untag{kind}", "TagKeys", "item"))


RETAGS: dict[str, Retag] = {
    "acm": _by(
        "CertificateArn",
        "id",
        setting=("AddTagsToCertificate", "Tags", "tags"),
        unsetting=("RemoveTagsFromCertificate", "Tags", "item[].{Key: @}"),
    ),
    "backup": _by(
        "ResourceArn",
        "state.arn",
        setting=("TagResource", "Tags", "tag_map"),
        unsetting=("UntagResource", "TagKeyList", "item"),
    ),
    "cloudtrail": _by(
        "ResourceId",
        "id",
        setting=("AddTags", "TagsList", "tags"),
        unsetting=("RemoveTags", "TagsList", "item[].{Key: @}"),
    ),
    "cloudwatch": _by("ResourceARN", "state.arn"),
    "ec2": _by(
        "Resources",
        "[id]",
        setting=("CreateTags", "Tags", "tags"),
        unsetting=("DeleteTags", "Tags", "item[].{Key: @}"),
    ),
    "ecr": _by(
        "resourceArn",
        "state.arn",
        setting=("TagResource", "tags", "tags"),
        unsetting=("UntagResource", "tagKeys", "item"),
    ),
    # The emulator changes the tags of clusters, and says of a node group that there is no such thing.
    "eks": _by(
        "resourceArn",
        "state.arn",
        setting=("TagResource", "tags", "tag_map"),
        unsetting=("UntagResource", "tagKeys", "item"),
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    "efs": _by("ResourceId", "id"),
    "elbv2": _by(
        "ResourceArns",
        "[state.arn]",
        setting=("AddTags", "Tags", "tags"),
        unsetting=("RemoveTags", "TagKeys", "item"),
    ),
    "events": _by("ResourceARN", "state.arn"),
    "aws:iam/role:Role": _iam("Role", "RoleName"),
    "aws:iam/policy:Policy": _iam("Policy", "PolicyArn"),
    "aws:iam/instanceProfile:InstanceProfile": _iam("InstanceProfile", "InstanceProfileName"),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _iam("Role", "RoleName", "state.name"),
    "kms": _by("KeyId", "id", setting=("TagResource", "Tags", "tags[].{TagKey: Key, TagValue: Value}")),
    "logs": _by(
        "resourceArn",
        "state.arn",
        setting=("TagResource", "tags", "tag_map"),
        unsetting=("UntagResource", "tagKeys", "item"),
    ),
    "route53": Retag(
        Call(
            operation="ChangeTagsForResource",
            params={"ResourceType": "'hostedzone'", "ResourceId": "id", "AddTags": "tags"},
            when="tags",
        ),
        Call(
            operation="ChangeTagsForResource",
            params={"ResourceType": "'hostedzone'", "ResourceId": "id", "RemoveTagKeys": "item"},
        ),
    ),
    # The emulator keeps no tags of what we make of this service, and says that there is no such thing.
    "route53resolver": _by("ResourceArn", "state.arn", absent=frozenset({"ResourceNotFoundException"})),
    "s3": Retag(Call(operation="PutBucketTagging", params={"Bucket": "id", "Tagging": "{TagSet: tags}"}), None),
    "secretsmanager": _by("SecretId", "id"),
    "sns": _by("ResourceArn", "state.arn"),
}
