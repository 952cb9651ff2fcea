"""Brokers in a cluster that is there already: what is made in it, what is left as it is, and what the audit finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.model.verdict import Verdict
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from cli.judging import Judged

KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f3"


@pytest.fixture(scope="module")
def there(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    values, _ = load_stack_file(stack_file("existing-vpc"))
    network, called = values["network"], ("eks", "eks-auth")
    endpoints = {
        name: how for name, how in network["endpoints"].items() if name not in {"autoscaling", "elasticloadbalancing"}
    }
    return rehearsed(
        "existing-vpc",
        deploy_type="K8S",
        eks={"existing": "platform"},
        console_permissions="tight",
        deployer="arn:aws:iam::111122223333:role/automq-deployer",
        keys={"existing": {**values["keys"]["existing"], "ops": KEY}},
        network={**network, "endpoints": {**endpoints, **dict.fromkeys(called, "made")}},
    )


def broken(judged: Judged) -> set[str]:
    return {finding.policy for finding in judged.findings if finding.verdict is Verdict.BROKEN}


def test_nothing_is_broken_in_it(there: Rehearsed) -> None:
    judged = there.judged()
    assert broken(judged) == set()
    assert [c.text for a in judged.answers for c in a.claims if c.verdict is Verdict.BROKEN] == []


def test_the_cluster_stays_as_it_was_and_gets_the_brokers_nodes_alone(there: Rehearsed) -> None:
    answers = {(one.operation, *map(str, one.params.values())): one for one in there.snapshot.records}
    groups = answers["ListNodegroups", "platform"].response["nodegroups"]
    cluster = answers["DescribeCluster", "platform"].response["cluster"]

    assert sorted(groups) == [f"automq-brokers-{zone}-env-existing" for zone in (1, 2, 3)]
    assert "automqEnvironmentID" not in cluster.get("tags", {})
    assert not {"cluster-group", "system-node-group"} & set(there.contract.network.security_groups)
    assert "eks-cluster" not in there.contract.principals


def public(answer: dict[str, Any]) -> None:
    answer["cluster"]["resourcesVpcConfig"].update(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/0"])


def test_an_api_that_its_owner_opens_later_is_found(there: Rehearsed) -> None:
    assert broken(there.judged(edit("DescribeCluster", public))) == {"EKS001"}
