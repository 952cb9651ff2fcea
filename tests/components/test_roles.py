from typing import Any

import pytest

from components.roles import Grants, GrantsArgs, Role, RoleArgs


def args(**change: Any) -> RoleArgs:
    given: dict[str, Any] = {
        "role": "automq-console-e", "does": "Runs the console", "trust": '{"trust": 1}',
        "boundary_name": "automq-console-boundary-e", "boundary": '{"boundary": 1}', "profile": True,
    }  # fmt: skip
    return RoleArgs(**(given | change))


def test_the_role_carries_its_boundary(declare: Any) -> None:
    declared = declare(lambda: Role("console", args()))
    (role,) = declared.of("Role")
    (boundary,) = declared.of("Policy")
    assert (boundary["name"], boundary["policy"]) == ("automq-console-boundary-e", '{"boundary": 1}')
    assert role["permissionsBoundary"] == "arn:Policy/console-boundary"
    assert role["assumeRolePolicy"] == '{"trust": 1}'


def test_the_profile_has_the_roles_name(declare: Any) -> None:
    (profile,) = declare(lambda: Role("console", args())).of("InstanceProfile")
    assert (profile["name"], profile["role"]) == ("automq-console-e", "automq-console-e")


def test_a_role_of_a_service_has_no_profile_and_no_boundary(declare: Any) -> None:
    declared = declare(lambda: Role("backup", args(profile=False, boundary=None)))
    assert "InstanceProfile" not in declared.kinds()
    assert "permissionsBoundary" not in declared.of("Role")[0]


def test_a_boundary_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="give boundary_name"):
        args(boundary_name="")


def test_own_and_managed_policies_are_attached(declare: Any) -> None:
    grants = GrantsArgs("automq-console-e", {"automq-console-kit-e": '{"p": 1}'}, ["arn:aws:iam::aws:policy/Managed"])
    declared = declare(lambda: Grants("console", grants))
    assert [(policy["name"], policy["policy"]) for policy in declared.of("Policy")] == [
        ("automq-console-kit-e", '{"p": 1}')
    ]
    attached = {(attachment["role"], attachment["policyArn"]) for attachment in declared.of("RolePolicyAttachment")}
    assert attached == {
        ("automq-console-e", "arn:Policy/automq-console-kit-e"),
        ("automq-console-e", "arn:aws:iam::aws:policy/Managed"),
    }
