"""Whether a key's policy lets somebody in, whatever their own policies allow."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access.decision import Effect
from audit.access.granting import Use, granted

ACCOUNT = "arn:aws:iam::111122223333:root"
ROLE = "arn:aws:iam::111122223333:role/brokers"
LINKED = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f1"


def allows(principal: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


@pytest.mark.parametrize(
    ("policy", "who", "effect"),
    [
        (allows({"AWS": ROLE}), ROLE, Effect.ALLOWED),
        (allows({"AWS": ACCOUNT}), ROLE, Effect.ALLOWED),
        (allows({"AWS": ACCOUNT}, ArnEquals={"aws:PrincipalArn": ROLE}), ROLE, Effect.ALLOWED),
        (allows({"AWS": ACCOUNT}, ArnEquals={"aws:PrincipalArn": ROLE}), f"{ROLE}-others", Effect.IMPLICITLY_DENIED),
        (allows({"AWS": ACCOUNT}, StringEquals={"kms:ViaService": "ec2.us-east-1.amazonaws.com"}), ROLE,
         Effect.IMPLICITLY_DENIED),
        (allows({"AWS": ACCOUNT}, StringEquals={"aws:SourceVpc": "vpc-1"}), ROLE, Effect.ALLOWED),
        (allows({"AWS": ACCOUNT}), LINKED, Effect.IMPLICITLY_DENIED),
        (allows({"AWS": LINKED}), LINKED, Effect.ALLOWED),
        (allows({"AWS": ACCOUNT}), "logs.us-east-1.amazonaws.com", Effect.IMPLICITLY_DENIED),
        (allows({"Service": "logs.us-east-1.amazonaws.com"}), "logs.us-east-1.amazonaws.com", Effect.ALLOWED),
    ],
)  # fmt: skip
def test_a_keys_policy_decides_who_may_use_it(policy: dict[str, Any], who: str, effect: Effect) -> None:
    context = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert granted(policy, Use(who, "kms:Decrypt", KEY, "111122223333", context)).effect is effect
