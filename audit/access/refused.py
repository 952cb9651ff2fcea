"""Requests that a service refuses whatever the policies say.

AWS pages "AssumeRole" and "Compare AWS STS credentials" (no root user), "Permissions for GetFederationToken" with the
same (a federated user calls no IAM and no STS), "Allowing users in other accounts to use a KMS key" and "Limitations of
Amazon SQS custom policies" (operations that only the owner's account has).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.principals import Kind

if TYPE_CHECKING:
    from audit.access.matching import Request

_NEVER_ANONYMOUS = frozenset({"kms", "sts", "iam", "secretsmanager", "logs"})
_OF_KEYS_ABROAD = frozenset(
    name.lower()
    for name in (
        "Decrypt", "DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "ReEncryptFrom",
        "ReEncryptTo", "Sign", "Verify", "VerifyMac", "CreateGrant", "DescribeKey", "GetKeyRotationStatus",
        "GetPublicKey", "ListGrants", "RetireGrant", "RevokeGrant",
    )
)  # fmt: skip
_OF_QUEUES_AT_HOME = frozenset(
    name.lower()
    for name in (
        "AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue", "ListMessageMoveTasks", "ListQueues",
        "ListQueueTags", "RemovePermission", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
    )
)  # fmt: skip


def refused(request: Request) -> bool:
    """Whether the caller can have the operation under no policies at all."""
    service, _, operation = request.action.lower().partition(":")
    match request.principal.kind:
        case Kind.ANONYMOUS:
            return service in _NEVER_ANONYMOUS
        case Kind.ROOT if (service, operation) == ("sts", "assumerole"):
            return True
        case Kind.FEDERATED_USER if service == "iam" or (service == "sts" and operation != "getcalleridentity"):
            return True
    return request.principal.is_iam and not request.same_account and _at_home(service, operation)


def _at_home(service: str, operation: str) -> bool:
    return (service == "kms" and operation not in _OF_KEYS_ABROAD) or (
        service == "sqs" and operation in _OF_QUEUES_AT_HOME
    )
