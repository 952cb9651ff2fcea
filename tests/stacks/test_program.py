"""The program as Pulumi runs it, under mocks: what it looks up, its provider, and its outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks
from pulumi.runtime import test as run_program
from pulumi.runtime.settings import get_root_resource

from audit.collect.permissions import read_only_policy
from audit.model.contract import BoundaryContract
from audit.model.errors import SettingsError
from audit.services import rows
from stacks import settings
from stacks.automq_config import sample_automq_config
from stacks.program import deploy

ACCOUNT, REGION, ENVIRONMENT = "111122223333", "eu-west-1", "e"
CONFIG: dict[str, Any] = {
    "environment_id": ENVIRONMENT, "aws_account_id": ACCOUNT, "region": REGION,
    "automq_config": sample_automq_config(ENVIRONMENT, REGION, ACCOUNT), "tags": {"team": "platform"},
}  # fmt: skip


class Cloud(Mocks):
    """Answers two data sources and remembers every resource."""

    def __init__(self, roles: list[str]) -> None:
        self.roles = roles
        self.made: dict[tuple[str, str], MockResourceArgs] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        self.made[kind, args.name] = args
        identity = f"{kind}/{args.name}"
        return identity, {"name": args.name, "arn": f"arn:{identity}", "zoneId": "Z1", **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        return {
            "aws:iam/getRoles:getRoles": {"names": [], "arns": self.roles},
            "aws:ssm/getParameter:getParameter": {"value": "ami-amazon"},
        }[args.token]


def run(config: dict[str, Any], roles: list[str] | None = None) -> tuple[Cloud, dict[str, Any]]:
    """Run the program; what was declared, and the outputs as plain values."""
    cloud = Cloud(roles or [])
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    set_all_config({f"{settings.PROJECT}:{key}": value for key, value in texts.items()}, [])
    set_mocks(cloud, project=settings.PROJECT, stack="test", preview=False)
    outputs: dict[str, Any] = {}
    exported: dict[str, Any] = {}

    def program() -> Any:
        deploy()
        exported.update(get_root_resource().outputs)
        import pulumi  # noqa: PLC0415  # its globals were set above

        return pulumi.Output.all(**exported).apply(outputs.update)

    run_program(program)()
    return cloud, outputs


@pytest.fixture(scope="module")
def deployed() -> tuple[Cloud, dict[str, Any]]:
    return run(CONFIG)


def test_the_contract_is_an_output_that_the_audit_reads(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    contract = BoundaryContract.from_json(json.loads(json.dumps(deployed[1]["boundary"])), "the stack")
    assert contract.network is not None
    assert (contract.environment_id, contract.network.vpc) == ("e", "Vpc/network")
    assert contract.network.security_groups["broker-group"] == "SecurityGroup/groups-brokers"


def test_the_outputs_name_what_brokers_need(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    outputs = deployed[1]
    assert outputs["broker_subnets"] == [f"Subnet/network-private-{place}" for place in range(3)]
    assert outputs["broker_security_group"] == "SecurityGroup/groups-brokers"
    assert outputs["data_plane_profile"] == "automq-data-plane-e"
    assert outputs["console_instance"] == "Instance/console"


def test_no_output_shows_a_secret(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    cloud, outputs = deployed
    drawn = cloud.made["SecretVersion", "secrets-credentials"].inputs["secretString"]["value"]
    shown = json.dumps(outputs)
    assert CONFIG["automq_config"] not in shown
    assert not any(part in shown for part in json.loads(drawn).values())
    assert outputs["console_credentials_secret"] == "arn:Secret/secrets-credentials"


def test_everything_is_made_in_the_settings_account_and_region_with_its_tags(
    deployed: tuple[Cloud, dict[str, Any]],
) -> None:
    provider = deployed[0].made["aws", "aws"]
    assert (provider.inputs["region"], json.loads(provider.inputs["allowedAccountIds"])) == (REGION, [ACCOUNT])
    tags = json.loads(provider.inputs["defaultTags"])["tags"]
    assert {"team": "platform", "automqVendor": "automq", "automqEnvironmentID": "e"}.items() <= tags.items()
    others = [args for (_, name), args in deployed[0].made.items() if args.typ.startswith("aws:") and name]
    assert others
    assert all("::aws::" in args.provider for args in others)


def test_the_console_runs_amazons_own_image(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    assert deployed[0].made["Instance", "console"].inputs["ami"] == "ami-amazon"


def test_a_given_image_is_taken() -> None:
    cloud, _ = run(CONFIG | {"console": {"ami": "ami-0123456789abcdef0"}})
    assert cloud.made["Instance", "console"].inputs["ami"] == "ami-0123456789abcdef0"


@pytest.mark.parametrize(("roles", "adopted"), [([], ""), (["arn:role"], "arn:role")])
def test_the_accounts_auto_scaling_role_is_adopted(roles: list[str], adopted: str) -> None:
    assert run(CONFIG, roles)[0].made["ServiceLinkedRole", "auto-scaling"].resource_id == adopted


def test_the_auditors_role_is_an_output_and_may_what_the_audit_asks_for(
    deployed: tuple[Cloud, dict[str, Any]],
) -> None:
    cloud, outputs = run(CONFIG | {"auditor": {"account": "777788889999", "external_id": "agreed-1"}})
    made = [args.inputs for (kind, name), args in cloud.made.items() if kind == "Policy" and "-auditor-" in name]
    allowed = [statement for policy in made for statement in json.loads(policy["policy"])["Statement"]]

    assert outputs["auditor_role"] == "arn:Role/auditor"
    assert allowed == read_only_policy(rows().values())["Statement"]
    assert "auditor_role" not in deployed[1]


def test_wrong_settings_stop_the_program_before_anything_is_made() -> None:
    with pytest.raises(SettingsError, match="aws_account_id"):
        run(CONFIG | {"aws_account_id": "12"})
