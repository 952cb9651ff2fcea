"""IAM: roles, policies and instance profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.rehearsal.row import Call, Invoke, Row

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene

_GONE = frozenset({"NoSuchEntity"})


def _last(scene: Scene) -> str:
    """The role's name, the last part of its ARN."""
    return scene.id.rpartition("/")[2]


CANNOT_SHOW = {
    "iam:GetAccountSummary": "the emulator has no root user, so its figures on root's devices and keys are made up",
}

ROWS = (
    Row(
        type="aws:iam/role:Role",
        service="iam",
        create=Call(operation="CreateRole", params={"Tags": "tags"}),
        named="name",
        rename={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        elsewhere={"forceDetachPolicies": "steers only deletion"},
        id="inputs.name",
        then=(
            Call(
                operation="PutRolePolicy",
                each="inputs.inlinePolicies",
                params={"RoleName": "id", "PolicyName": "item.name", "PolicyDocument": "item.policy"},
            ),
            Call(
                operation="AttachRolePolicy",
                each="inputs.managedPolicyArns",
                params={"RoleName": "id", "PolicyArn": "item"},
            ),
        ),
        update=(
            Call(
                operation="UpdateAssumeRolePolicy",
                params={"RoleName": "id", "PolicyDocument": "inputs.assumeRolePolicy"},
            ),
            Call(
                operation="UpdateRole",
                params={
                    "RoleName": "id",
                    "Description": "inputs.description",
                    "MaxSessionDuration": "to_whole(inputs.maxSessionDuration)",
                },
            ),
            Call(
                operation="PutRolePermissionsBoundary",
                params={"RoleName": "id", "PermissionsBoundary": "inputs.permissionsBoundary"},
                when="inputs.permissionsBoundary",
            ),
        ),
        outputs={
            "arn": "answers.CreateRole.Role.Arn",
            "uniqueId": "answers.CreateRole.Role.RoleId",
            "path": "answers.CreateRole.Role.Path",
            "name": "id",
        },
        delete=(Call(operation="DeleteRole", params={"RoleName": "id"}),),
        read=Call(operation="GetRole", params={"RoleName": "id"}, absent=_GONE),
        tagged=True,
    ),
    Row(
        type="aws:iam/policy:Policy",
        service="iam",
        create=Call(operation="CreatePolicy", params={"Tags": "tags"}),
        named="name",
        rename={"name": "PolicyName", "policy": "PolicyDocument"},
        elsewhere={"delayAfterPolicyCreationInMs": "steers only the provider's patience"},
        id="answers.CreatePolicy.Policy.Arn",
        # AWS keeps five versions, and deletes no policy that has more than one: only the default one stays.
        update=(
            Call(
                operation="CreatePolicyVersion",
                params={"PolicyArn": "id", "PolicyDocument": "inputs.policy", "SetAsDefault": "`true`"},
            ),
            Call(operation="ListPolicyVersions", params={"PolicyArn": "id"}),
            Call(
                operation="DeletePolicyVersion",
                each="answers.ListPolicyVersions.Versions[?!IsDefaultVersion].VersionId",
                params={"PolicyArn": "id", "VersionId": "item"},
            ),
        ),
        outputs={
            "arn": "id",
            "policyId": "answers.CreatePolicy.Policy.PolicyId",
            "path": "answers.CreatePolicy.Policy.Path",
        },
        delete=(Call(operation="DeletePolicy", params={"PolicyArn": "id"}),),
        read=Call(operation="GetPolicy", params={"PolicyArn": "id"}, absent=_GONE),
        tagged=True,
    ),
    Row(
        type="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        create=Call(operation="PutRolePolicy"),
        named="name",
        rename={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
        id="join(':', [inputs.role, inputs.name])",
        delete=(Call(operation="DeleteRolePolicy", params={"RoleName": "inputs.role", "PolicyName": "inputs.name"}),),
        read=Call(
            operation="GetRolePolicy",
            params={"RoleName": "inputs.role", "PolicyName": "inputs.name"},
            absent=_GONE,
        ),
    ),
    Row(
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        service="iam",
        create=Call(operation="AttachRolePolicy"),
        rename={"role": "RoleName"},
        id="join('/', [inputs.role, inputs.policyArn])",
        delete=(
            Call(operation="DetachRolePolicy", params={"RoleName": "inputs.role", "PolicyArn": "inputs.policyArn"}),
        ),
        read=Call(
            operation="ListAttachedRolePolicies",
            params={"RoleName": "inputs.role"},
            absent=_GONE,
            shows=lambda scene: [
                policy
                for policy in scene.answers["ListAttachedRolePolicies"]["AttachedPolicies"]
                if policy["PolicyArn"] == scene.inputs["policyArn"]
            ],
        ),
    ),
    Row(
        type="aws:iam/instanceProfile:InstanceProfile",
        service="iam",
        create=Call(operation="CreateInstanceProfile", params={"Tags": "tags"}),
        named="name",
        rename={"name": "InstanceProfileName"},
        id="inputs.name",
        then=(
            Call(
                operation="AddRoleToInstanceProfile",
                params={"InstanceProfileName": "id", "RoleName": "inputs.role"},
                when="inputs.role",
            ),
        ),
        outputs={
            "arn": "answers.CreateInstanceProfile.InstanceProfile.Arn",
            "uniqueId": "answers.CreateInstanceProfile.InstanceProfile.InstanceProfileId",
        },
        delete=(
            Call(
                operation="RemoveRoleFromInstanceProfile",
                params={"InstanceProfileName": "id", "RoleName": "inputs.role"},
                when="inputs.role",
            ),
            Call(operation="DeleteInstanceProfile", params={"InstanceProfileName": "id"}),
        ),
        read=Call(operation="GetInstanceProfile", params={"InstanceProfileName": "id"}, absent=_GONE),
        tagged=True,
    ),
    Row(
        type="aws:iam/serviceLinkedRole:ServiceLinkedRole",
        service="iam",
        create=Call(operation="CreateServiceLinkedRole"),
        rename={"awsServiceName": "AWSServiceName"},
        id="answers.CreateServiceLinkedRole.Role.Arn",
        then=(
            Call(
                operation="TagRole",
                params={"RoleName": "answers.CreateServiceLinkedRole.Role.RoleName", "Tags": "tags"},
                when="tags",
            ),
        ),
        outputs={
            "arn": "id",
            "name": "answers.CreateServiceLinkedRole.Role.RoleName",
            "path": "answers.CreateServiceLinkedRole.Role.Path",
            "uniqueId": "answers.CreateServiceLinkedRole.Role.RoleId",
        },
        delete=(Call(operation="DeleteServiceLinkedRole", params={"RoleName": _last}),),
        read=Call(operation="GetRole", params={"RoleName": _last}, absent=_GONE),
        adopts={
            "awsServiceName": lambda scene: scene.answers["GetRole"]["Role"]["Path"].split("/")[2],
            "arn": "id",
            "name": "answers.GetRole.Role.RoleName",
            "path": "answers.GetRole.Role.Path",
            "uniqueId": "answers.GetRole.Role.RoleId",
        },
        tagged=True,
    ),
)

INVOKES = (
    Invoke(
        type="aws:iam/getRole:getRole",
        service="iam",
        call=Call(operation="GetRole", params={"RoleName": "inputs.name"}),
        outputs={
            "id": "inputs.name",
            "arn": "answers.GetRole.Role.Arn",
            "path": "answers.GetRole.Role.Path",
            "uniqueId": "answers.GetRole.Role.RoleId",
        },
    ),
)
