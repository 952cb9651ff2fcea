"""The whole footprint as declared: none of the weaknesses of the vendor's own modules is in it."""

import json
from typing import Any

import pytest

from components.broker_group import ClientPort
from components.footprint import Footprint

SECRET = "issued-by-automq-cloud"


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    """The footprint of a proof of concept."""
    return declare(
        lambda: Footprint("e", plan(automq_config=SECRET, clients=(ClientPort("sasl", 9112, ("10.42.0.0/16",)),)))
    )


def names_of(declared: Any, kind: str) -> set[str]:
    return {name for made, name, _ in declared.resources if made == kind}


@pytest.mark.parametrize(
    "part",
    [
        "BucketPolicy", "BucketPublicAccessBlock", "BucketOwnershipControls", "BucketLifecycleConfiguration",
        "BucketServerSideEncryptionConfiguration",
    ],
)  # fmt: skip
def test_every_bucket_has_every_protection(declared: Any, part: str) -> None:
    assert names_of(declared, part) == names_of(declared, "Bucket") == {"data", "ops", "audit", "access-logs"}


def test_records_telemetry_and_audit_are_under_keys_of_their_own(declared: Any) -> None:
    keys = {
        name: declared.one("BucketServerSideEncryptionConfiguration", name)["rules"][0][
            "applyServerSideEncryptionByDefault"
        ].get("kmsMasterKeyId")
        for name in ("data", "ops", "audit", "access-logs")
    }
    assert keys == {"data": "arn:Key/data", "ops": "arn:Key/ops", "audit": "arn:Key/logs", "access-logs": None}


def test_accesses_of_all_but_the_log_bucket_are_logged(declared: Any) -> None:
    assert names_of(declared, "BucketLogging") == {"data", "ops", "audit"}


def test_the_data_bucket_keeps_no_versions_and_the_others_that_matter_do(declared: Any) -> None:
    assert names_of(declared, "BucketVersioning") == {"ops", "audit"}


def test_nothing_in_the_account_admits_the_whole_internet(declared: Any) -> None:
    assert {rule.get("cidrIpv4") for rule in declared.of("SecurityGroupIngressRule")} <= {"10.42.0.0/16", None}


def test_nothing_has_a_public_address_or_an_ssh_key(declared: Any) -> None:
    (console,) = declared.of("Instance")
    assert console["associatePublicIpAddress"] is False
    assert "keyName" not in console
    assert console["subnetId"] == "Subnet/network-private-0"


def test_secrets_stand_in_secrets_manager_alone(declared: Any) -> None:
    holders = [name for kind, name, inputs in declared.resources if SECRET in json.dumps(inputs)]
    assert holders == ["secrets-config"]


def test_both_machine_roles_have_a_boundary(declared: Any) -> None:
    for role in ("console", "data-plane"):
        assert declared.one("Role", role)["permissionsBoundary"] == f"arn:Policy/{role}-boundary"


def test_no_identity_policy_passes_any_role_beyond_the_boundary(declared: Any) -> None:
    boundary = json.loads(declared.one("Policy", "console-boundary")["policy"])
    passes = [statement for statement in boundary["Statement"] if "iam:PassRole" in str(statement["Action"])]
    assert [statement["Resource"] for statement in passes] == ["arn:aws:iam::111122223333:role/automq-data-plane-e"]


def test_storage_is_reached_through_an_endpoint_with_a_policy(declared: Any) -> None:
    gateway = declared.one("VpcEndpoint", "endpoints-s3")
    assert "automq-data-e-eu-west-1-111122223333" in gateway["policy"]
    policy = declared.one("BucketPolicy", "data")["policy"]
    assert "VpcEndpoint/endpoints-s3" in policy


def test_every_interface_endpoint_has_a_policy_and_private_dns(declared: Any) -> None:
    interfaces = [endpoint for endpoint in declared.of("VpcEndpoint") if endpoint["vpcEndpointType"] == "Interface"]
    assert interfaces
    assert all(endpoint["privateDnsEnabled"] and endpoint["policy"] for endpoint in interfaces)


def test_the_network_its_names_and_the_account_are_logged(declared: Any) -> None:
    assert declared.one("FlowLog", "network")["vpcId"] == "Vpc/network"
    assert declared.of("FlowLog")[0]["logDestination"].endswith(":::automq-audit-e-eu-west-1-111122223333/flow")
    assert declared.of("ResolverQueryLogConfigAssociation")[0]["resourceId"] == "Vpc/network"
    assert declared.of("Trail")[0]["s3BucketName"] == "automq-audit-e-eu-west-1-111122223333"


def test_the_consoles_metadata_is_backed_up(declared: Any) -> None:
    assert declared.of("Selection")[0]["resources"] == ["arn:Volume/console-data"]


def test_log_groups_stand_ready_for_every_signal(declared: Any) -> None:
    kept = {group["name"]: group["retentionInDays"] for group in declared.of("LogGroup")}
    assert kept == {
        "/automq/e/trail": 365, "/automq/e/dns": 90, "/automq/e/console": 90, "/automq/e/brokers": 90,
    }  # fmt: skip


@pytest.mark.parametrize(("nat", "leaves"), [("none", False), ("single", True)])
def test_brokers_and_console_leave_for_the_internet_only_where_there_is_nat(
    declare: Any, plan: Any, nat: str, *, leaves: bool
) -> None:
    rules = declare(lambda: Footprint("e", plan(nat=nat))).of("SecurityGroupEgressRule")
    assert any(rule.get("cidrIpv4") == "0.0.0.0/0" for rule in rules) is leaves


def test_with_a_certificate_people_come_through_an_internal_load_balancer(declare: Any, plan: Any) -> None:
    declared = declare(lambda: Footprint("e", plan(certificate_arn="arn:certificate", sources=("10.9.0.0/16",))))
    assert declared.of("LoadBalancer")[0]["internal"] is True
    assert "elasticloadbalancing" in declared.one("BucketPolicy", "access-logs")["policy"]


@pytest.mark.parametrize("there", [None, "arn:role"])
def test_the_auto_scaling_role_is_declared_whether_the_account_has_one_or_not(
    declare: Any, plan: Any, there: str | None
) -> None:
    declared = declare(lambda: Footprint("e", plan(auto_scaling_role=there)))
    assert "ServiceLinkedRole" in declared.kinds()


def test_protection_reaches_everything_that_holds_data(declare: Any, plan: Any) -> None:
    declared = declare(lambda: Footprint("e", plan(protect=True)))
    held = [*declared.of("Bucket"), *declared.of("Zone"), *declared.of("Vault")]
    assert {thing["forceDestroy"] for thing in held} == {False}
    assert {secret["recoveryWindowInDays"] for secret in declared.of("Secret")} == {30}
