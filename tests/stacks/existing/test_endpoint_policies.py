"""The policy of an endpoint that the settings name lets the environment's requests through, or is refused before use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from components.documents.endpoints import s3_gateway
from stacks.endpoint_services import endpoint_policies
from stacks.existing import endpoint_policies as there

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.settings import Settings

ROLES = "arn:aws:iam::111122223333:role/automq-*"
BOTH = (
    "automq-console-env-existing (sts:GetCallerIdentity), automq-data-plane-env-existing (sts:GetCallerIdentity): let"
)


def limit(*actions: str, resource: Any = "*", who: Any = "*", **condition: Any) -> dict[str, Any]:
    """An endpoint's policy that lets these pass and nothing else."""
    statement = {"Effect": "Allow", "Principal": who, "Action": list(actions), "Resource": resource}
    return {"Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def under(settings: Settings, service: str, policy: Any) -> list[str]:
    """What is said of a named endpoint that has this policy."""
    named = {"VpcEndpointId": "vpce-1", "PolicyDocument": json.dumps(policy)}
    return list(there.problems(settings, service, named))


@pytest.mark.parametrize("stack", ["existing-vpc", "bring-your-own", "eks", "fswal", "no-internet"])
def test_the_policies_that_are_asked_for_and_the_default_one_let_everything_through(
    stack_with: Callable[[str], Callable[..., Settings]], stack: str
) -> None:
    settings = stack_with(stack)()
    for service, policy in {**endpoint_policies(settings), "s3": s3_gateway(settings.names)}.items():
        assert under(settings, service, policy) == []
        assert under(settings, service, limit("*")) == []
        pulls = settings.cluster is not None or ".dkr.ecr." in settings.console.image
        called = service != "kms" and (pulls or not service.startswith("ecr."))
        assert bool(under(settings, service, {"Statement": []})) is called, service


@pytest.mark.parametrize(("service", "policy", "words"), [
    ("sts", limit("sts:AssumeRole"), BOTH),
    ("sts", limit("*", who={"AWS": "arn:aws:iam::111122223333:role/somebody"}), BOTH),
    ("sts", limit("*", ArnEquals={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/automq-console-env-existing"}),
     "through automq-data-plane-env-existing (sts:GetCallerIdentity): let"),
    ("sts", limit("*", StringEquals={"aws:PrincipalAccount": "999988887777"}), BOTH),
    ("sts", limit("*", StringEquals={"aws:SourceVpc": "vpc-00000000"}), BOTH),
    ("ec2", limit("ec2:Describe*"), "automq-console-env-existing (ec2:CreateKeyPair, "),
    ("s3", limit("s3:*", resource=["arn:aws:s3:::example-*", "arn:aws:s3:::al2023-repos-us-east-1-de612dc2/*"]),
     "automq-data-plane-env-existing (s3:GetLifecycleConfiguration, s3:ListBucket"),
    ("s3", limit("*", StringEquals={"aws:ResourceAccount": "111122223333"}),
     "through what machines read when they start (s3:GetObject of al2023-repos-us-east-1-de612dc2, by anybody): let"),
    ("s3", limit("*", ArnLike={"aws:PrincipalArn": ROLES}), "through what machines read when they start"),
    # A gateway takes an account for its root user alone.
    ("s3", limit("*", who={"AWS": "111122223333"}), "automq-console-env-existing (s3:"),
])  # fmt: skip
def test_a_named_endpoint_whose_policy_shuts_somebody_out_says_whom(
    settings: Settings, service: str, policy: Any, words: str
) -> None:
    (problem,) = under(settings, service, policy)
    assert problem.startswith(f"network.endpoints.{service} vpce-1 does not let through ")
    assert words in problem, problem
    assert problem.endswith("let its owner put what `byoc requests STACK` prints for it into its policy")
    assert len(problem) < 1000


@pytest.mark.parametrize(("service", "policy"), [
    ("sts", limit("*", who={"AWS": "111122223333"})),
    ("sts", limit("*", ArnLike={"aws:PrincipalArn": ROLES})),
    ("sts", limit("*", StringEquals={"aws:SourceVpce": "vpce-1", "aws:SourceVpc": "vpc-0a1b2c3d4e5f60718"})),
    # Nobody knows them before the request; the audit judges them.
    ("sts", limit("*", StringEquals={"aws:PrincipalOrgID": "o-1234567890"})),
    ("sts", limit("*", StringEquals={"aws:PrincipalTag/team": "streaming"})),
    ("ec2", limit("*", StringEquals={"aws:ResourceAccount": "111122223333"})),
    # S3, EC2 and Secrets Manager call KMS themselves, from no subnet of the environment.
    ("kms", limit("kms:DescribeKey")),
])  # fmt: skip
def test_a_narrow_policy_that_suffices_or_rests_on_what_is_unknown_yet_is_taken(
    settings: Settings, service: str, policy: Any
) -> None:
    assert under(settings, service, policy) == []


def test_images_layers_must_pass_where_images_are_pulled_from_ecr(
    stack_with: Callable[[str], Callable[..., Settings]],
) -> None:
    settings = stack_with("no-internet")()
    asked = s3_gateway(settings.names)
    *others, start = asked["Statement"]
    packages = {**start, "Resource": start["Resource"][0]}
    (problem,) = under(settings, "s3", {"Statement": [*others, packages]})
    assert "through what machines read when they start (s3:GetObject of prod-us-east-1-starport-layer-bucket" in problem
    (problem,) = under(settings, "ecr.dkr", limit("ecr:GetAuthorizationToken"))
    assert "(ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer)" in problem
    assert under(settings, "ecr.api", limit("ecr:GetAuthorizationToken")) == []


def test_a_policy_that_aws_does_not_tell_is_not_guessed(settings: Settings) -> None:
    assert list(there.problems(settings, "sts", {"VpcEndpointId": "vpce-1"})) == []
