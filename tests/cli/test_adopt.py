"""``byoc adopt`` on accounts built like the vendor's three deployments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from audit.model.verdict import Verdict
from cli import folder, judging, rehearsing
from stacks import adoption
from stacks.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS = Path(__file__).parents[1] / "accounts"
IDS = re.compile(r"\b(vpc|subnet|vpce|sg)-(?!endpoint\b)([a-z][a-z0-9-]*)\b")
EC2 = ("vendor-ec2-first", "vendor-ec2-second")
ALL = (*EC2, "vendor-eks")


def real(match: re.Match[str]) -> str:
    """An id as AWS makes them, for one that says what it is."""
    return f"{match[1]}-{match[2].encode().hex()[-17:]:0>17}"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy accounts with ids that AWS could have made."""
    place = tmp_path_factory.mktemp("accounts")
    for name in ALL:
        snapshot = folder.read_snapshot(ACCOUNTS / name)
        with folder.new_folder(place / name) as draft:
            contract = IDS.sub(real, (ACCOUNTS / name / "contract.json").read_text("utf-8"))
            records = tuple(type(record).read(IDS.sub(real, record.line()), record.path) for record in snapshot.records)
            renumbered = type(snapshot)(snapshot.manifest, records)
            folder.fill(draft, renumbered, {"contract.json": contract.encode(), "run.json": b"{}"})
    return place


def adopted(byoc: Callable[..., Any], here: Path, accounts: Path, name: str) -> Path:
    ran = byoc("adopt", "stage", "--from", accounts / name, "--out", "adopted")
    assert (ran.code, ran.err) == (0, "")
    return here / "adopted"


@pytest.mark.parametrize("name", ALL)
def test_the_settings_describe_what_is_there_and_are_settings(
    byoc: Callable[..., Any], here: Path, accounts: Path, name: str
) -> None:
    made = yaml.safe_load((adopted(byoc, here, accounts, name) / "Pulumi.stage.yaml").read_text("utf-8"))
    values = {key.removeprefix(f"{PROJECT}:"): value for key, value in made["config"].items()}
    boundary = judging.boundary_of(accounts / name, None, None)
    buckets = {role: one.name for role, one in boundary.contract.buckets.items()}
    config = adoption._config(boundary.contract, buckets["ops-bucket"])
    settings = Settings.from_config({**values, "automq_config": config})

    assert (settings.data_bucket, settings.names.ops_bucket) == (buckets["data-bucket"], buckets["ops-bucket"])
    assert settings.network.existing == boundary.contract.network.vpc
    assert settings.network.nat == "existing"
    zones = {n.name: n.properties["zone"] for n in boundary.graph.nodes() if n.name in settings.network.subnets}
    assert [zones[name][-1] for name in settings.network.subnets] == ["a", "b", "c"]
    assert settings.network.endpoints["s3"].startswith("vpce-")
    assert settings.network.endpoints["kms"] == "made"


@pytest.mark.parametrize("name", ALL)
def test_every_finding_stands_in_the_plan_once(byoc: Callable[..., Any], here: Path, accounts: Path, name: str) -> None:
    plan = (adopted(byoc, here, accounts, name) / "plan.md").read_text("utf-8")
    judged = judging.judge_path(accounts / name, None, None, judging.load())
    broken = {
        (f.policy, judged.boundary.label(f.claim.subject)) for f in judged.findings if f.verdict is Verdict.BROKEN
    }
    listed = re.findall(r"^- ([A-Z]+\d+) .*?: (.*)$", plan, re.MULTILINE)

    assert broken
    assert sorted({(policy, about.rpartition(": ")[2]) for policy, about in listed}) == sorted(
        {(policy, about.rpartition(": ")[2]) for policy, about in broken}
    )
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("name", EC2)
def test_nothing_is_refused_or_removed_before_the_last_old_broker_has_gone(
    byoc: Callable[..., Any], here: Path, accounts: Path, name: str
) -> None:
    plan = (adopted(byoc, here, accounts, name) / "plan.md").read_text("utf-8")
    order = [plan.index(text) for text in (
        "terraform state rm", "pulumi import", "--exclude", "Move to the stack's console", "Move the brokers",
        "nothing may run as", "## 6. Close the buckets", "terraform destroy\n",
    )]  # fmt: skip

    assert order == sorted(order)
    assert plan.count("--exclude") == 4
    assert all(broker in plan for broker in ("i-broker-a", "i-broker-b", "i-broker-c"))


def test_with_brokers_in_a_cluster_the_plan_stops_before_it_would_refuse_them(
    byoc: Callable[..., Any], here: Path, accounts: Path
) -> None:
    plan = (adopted(byoc, here, accounts, "vendor-eks") / "plan.md").read_text("utf-8")
    assert "## 5. Stop here: brokers are pods of a cluster" in plan
    assert "Close the buckets" not in plan
    assert "terraform destroy\n" not in plan


def test_imports_and_exclusions_name_what_the_program_declares(accounts: Path) -> None:
    declared: list[Any] = []
    rehearsing.rehearse("poc", declared=declared.extend)
    boundary = judging.boundary_of(accounts / "vendor-ec2-second", None, None)
    found = adoption.adopt("poc", boundary.graph, boundary.contract)
    parts = {(one["type"], one["name"].partition("-")[0]) for one in json.loads(found.imports())["resources"][1:]}
    urns = {one["urn"] for one in declared}

    assert {*found.tightening, found.provider} <= urns
    assert parts <= {(urn.split("::")[2].rpartition("$")[2], urn.rpartition("::")[2]) for urn in urns}


def test_clients_are_described_as_they_are_let_in_and_the_environments_own_groups_are_none(
    byoc: Callable[..., Any], here: Path, accounts: Path
) -> None:
    made = yaml.safe_load((adopted(byoc, here, accounts, "vendor-ec2-second") / "Pulumi.stage.yaml").read_text("utf-8"))
    assert made["config"][f"{PROJECT}:listeners"] == [
        {"protocol": "PLAINTEXT", "sources": ["10.42.0.0/16"], "allow_plaintext": True}
    ]


def test_an_account_without_an_environment_is_one_sentence(
    byoc: Callable[..., Any], here: Path, snapshot: Path
) -> None:
    told = byoc("adopt", "stage", "--from", snapshot, "--out", "adopted").sentence
    assert "shows no AutoMQ environment" in told
    assert not (here / "adopted").exists()


def test_an_account_with_two_environments_asks_which(byoc: Callable[..., Any], here: Path, accounts: Path) -> None:
    (here / "two").mkdir()
    first = folder.read_snapshot(accounts / "vendor-ec2-first")
    other = [
        type(one).read(one.line().replace("env-first", "env-other").replace("automq-kf-1", "automq-kf-2"), one.path)
        for one in first.records
        if one.operation == "DescribeAutoScalingGroups"
    ]
    both = tuple(one for one in first.records if one.operation != "DescribeAutoScalingGroups") + tuple(other)
    type(first)(first.manifest, both).write(here / "two")
    told = byoc("adopt", "stage", "--from", "two", "--out", "adopted").sentence

    assert told == "the account holds several environments (env-first, env-other): name one with --environment"
    assert not (here / "adopted").exists()


def test_what_is_in_the_way_is_never_overwritten(byoc: Callable[..., Any], here: Path, accounts: Path) -> None:
    (here / "adopted").mkdir()
    (here / "adopted" / "mine").write_text("x", "utf-8")
    told = byoc("adopt", "stage", "--from", accounts / "vendor-ec2-first", "--out", "adopted").sentence
    assert "is no new or empty folder" in told
    assert [path.name for path in (here / "adopted").iterdir()] == ["mine"]
