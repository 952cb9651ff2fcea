"""The stack privatelink through Pulumi's engine: made, unchanged on a second look, changed where a setting says, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import an_account
from deployment import Deployment

from stacks.automq_config import sample_automq_config
from stacks.program import deploy
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from deployment import Changes

    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

THEIRS, OTHERS = "arn:aws:iam::222233334444:root", "arn:aws:iam::555566667777:root"


class Story:
    """Everything that happened, in order."""

    def __init__(self, deployment: Deployment, cloud: Cloud) -> None:
        values, _ = load_stack_file(stack_file("privatelink"))
        place = (values["environment_id"], values["region"], values["aws_account_id"])
        given: dict[str, Any] = {**values, "automq_config": sample_automq_config(*place)}
        deployment.configure(given)
        self.up: Changes = deployment.up()
        self.services = _services(cloud)
        self.again = deployment.preview()
        more = {**given, "clients": {"private_link": {**values["clients"]["private_link"], "principals": [OTHERS]}}}
        deployment.configure(more)
        self.changed = deployment.up()
        service = self.services[0]["ServiceId"]
        allowed = cloud.call("ec2", "DescribeVpcEndpointServicePermissions", {"ServiceId": service})
        self.allowed = [one["Principal"] for one in allowed["AllowedPrincipals"]]
        self.gone = deployment.destroy()
        self.left = _services(cloud)


def _services(cloud: Cloud) -> list[Any]:
    return list(cloud.call("ec2", "DescribeVpcEndpointServiceConfigurations", {})["ServiceConfigurations"])


@pytest.fixture(scope="module")
def story(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with an_account() as (cloud, provider):
        yield Story(Deployment(engine, tmp_path_factory.mktemp("linked"), deploy, provider, "privatelink"), cloud)


def test_the_engine_makes_the_service_and_says_what_clients_need(story: Story) -> None:
    (service,) = story.services
    said = story.up.outputs["private_link"]

    assert service["AcceptanceRequired"] is True
    assert said["service_name"] == service["ServiceName"]
    assert list(said["target_groups"]) == ["9112", "9201", "9202", "9203"]
    assert story.up.outputs["boundary"]["network"]["private_link"]["service"] == service["ServiceId"]


def test_a_second_preview_changes_nothing(story: Story) -> None:
    assert story.again.summary.keys() == {"same"}


def test_another_principal_changes_the_services_list_and_nothing_else(story: Story) -> None:
    changed = story.changed.of("update")
    assert {urn.rpartition("$")[2].partition("::")[0] for urn in changed if "Stack" not in urn} == {
        "aws:ec2/vpcEndpointService:VpcEndpointService"
    }
    assert story.allowed == [OTHERS]


def test_destroying_leaves_no_service(story: Story) -> None:
    assert story.left == []
