"""The stack existing-vpc through Pulumi's engine: another team's VPC is used, refused in time, and left as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from deployment import ACCOUNT, REGION, Deployment
from pulumi import automation

from stacks.automq_config import sample_automq_config
from stacks.program import deploy
from stacks.rehearsal import surroundings
from stacks.rehearsal.emulator import Emulator
from stacks.stack_files import load_stack_file, rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

VPC = "vpc-0a1b2c3d4e5f60718"
LISTINGS = {
    "DescribeVpcs": "Vpcs", "DescribeSubnets": "Subnets", "DescribeRouteTables": "RouteTables",
    "DescribeNetworkAcls": "NetworkAcls", "DescribeSecurityGroups": "SecurityGroups",
    "DescribeVpcEndpoints": "VpcEndpoints",
}  # fmt: skip


def picture(cloud: Cloud) -> dict[str, Any]:
    """Everything in the VPC, as AWS shows it, by kind; without counts of addresses."""
    ours = {"Filters": [{"Name": "vpc-id", "Values": [VPC]}]}
    seen = {name: cloud.call("ec2", operation, ours)[name] for operation, name in LISTINGS.items()}
    # The emulator shows a deleted endpoint for ever, and its interfaces.
    seen["VpcEndpoints"] = [endpoint for endpoint in seen["VpcEndpoints"] if endpoint["State"] != "deleted"]
    for subnet in seen["Subnets"]:
        del subnet["AvailableIpAddressCount"]
    return {name: sorted(items, key=str) for name, items in seen.items()}


class Story:
    """What happened, in order."""

    def __init__(self, deployment: Deployment, cloud: Cloud) -> None:
        stored, _ = load_stack_file(stack_file("existing-vpc"))
        place = (stored["environment_id"], stored["region"], stored["aws_account_id"])
        values = {**stored, "automq_config": sample_automq_config(*place)}
        twice = [*stored["network"]["subnets"][:2], "subnet-00000000000000000"]
        self.before = picture(cloud)
        deployment.configure({**values, "network": {**stored["network"], "subnets": twice}})
        with pytest.raises(automation.CommandError) as refused:
            deployment.up()
        self.refused = str(refused.value)
        self.made_by_refused = {resource["type"] for resource in deployment.resources().values()}
        deployment.configure(values)
        self.first = deployment.preview()
        self.up = deployment.up()
        self.between = picture(cloud)
        self.again = deployment.preview()
        self.gone = deployment.destroy()
        self.after = picture(cloud)


@pytest.fixture(scope="module")
def story(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    cloud, provider = account
    running = Emulator(cloud._endpoint_url, ACCOUNT, REGION)
    surroundings.make(surroundings.of(rehearsed_settings(stack_file("existing-vpc"))[0]), running)
    folder = tmp_path_factory.mktemp("existing")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield Story(Deployment(engine, folder, deploy, provider, "existing-vpc"), cloud)


def test_what_does_not_fit_is_refused_in_one_sentence_and_nothing_is_made(story: Story) -> None:
    assert "network.subnets subnet-00000000000000000 is no subnet of vpc-0a1b2c3d4e5f60718" in story.refused
    assert {kind for kind in story.made_by_refused if kind.startswith("aws:")} == set()


def test_the_update_makes_what_the_preview_showed_in_the_named_vpc(story: Story) -> None:
    assert story.first.summary.keys() - {"same", "import"} == {"create"}
    assert story.up.summary == story.first.summary
    assert story.up.outputs["vpc_id"] == VPC


def test_a_second_preview_with_all_of_it_there_changes_nothing(story: Story) -> None:
    assert story.again.summary.keys() == {"same"}


def test_of_the_vpc_only_routes_to_s3_changed_while_the_environment_stood(story: Story) -> None:
    def without_s3(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keep = [{**t, "Routes": [r for r in t["Routes"] if not r.get("DestinationPrefixListId")]} for t in tables]
        return sorted(keep, key=str)

    for kind in ("Vpcs", "Subnets", "NetworkAcls"):
        assert story.between[kind] == story.before[kind]
    assert story.between["RouteTables"] != story.before["RouteTables"]
    assert without_s3(story.between["RouteTables"]) == story.before["RouteTables"]
    for kind in ("SecurityGroups", "VpcEndpoints"):
        assert all(thing in story.between[kind] for thing in story.before[kind])


def test_destroying_leaves_the_vpc_as_it_was(story: Story) -> None:
    assert story.after == story.before
