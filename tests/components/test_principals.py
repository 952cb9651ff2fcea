import json
from typing import Any

import pulumi
import pytest

from components.principals import Principals


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    return declare(lambda: Principals("principals", plan(), pulumi.Output.from_input("Z1")))


def attached(declared: Any, role: str) -> set[str]:
    found = [part for part in declared.of("RolePolicyAttachment") if part["role"] == role]
    return {part["policyArn"].removeprefix("arn:Policy/") for part in found}


def test_each_role_has_the_policies_of_its_purpose(declared: Any) -> None:
    assert attached(declared, "automq-console-e") == {"automq-console-contract-1-e", "automq-console-kit-e"}
    assert attached(declared, "automq-data-plane-e") == {"automq-data-plane-e"}
    assert attached(declared, "automq-backup-e") == {"automq-backup-e"}
    assert attached(declared, "automq-trail-to-logs-e") == {"automq-trail-to-logs-e"}


def test_only_machines_have_profiles_and_boundaries(declared: Any) -> None:
    assert {profile["role"] for profile in declared.of("InstanceProfile")} == {
        "automq-console-e",
        "automq-data-plane-e",
    }
    bounded = {role["name"] for role in declared.of("Role") if "permissionsBoundary" in role}
    assert bounded == {"automq-console-e", "automq-data-plane-e"}


def test_policies_name_the_real_keys_and_zone(declared: Any) -> None:
    brokers = declared.one("Policy", "automq-data-plane-e")["policy"]
    assert "arn:Key/data" in brokers
    assert "arn:Key/ops" in brokers
    assert "hostedzone/Z1" in brokers


def test_the_keys_policies_name_the_roles(declared: Any) -> None:
    (data,) = [key for key in declared.of("Key") if "Kafka records" in key["description"]]
    users = [s["Principal"]["AWS"] for s in json.loads(data["policy"])["Statement"] if "kms:Decrypt" in s["Action"]]
    assert users == ["arn:aws:iam::111122223333:role/automq-data-plane-e"]
