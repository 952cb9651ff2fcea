"""What goes wrong between the engine, the provider and the state: a clear error, and a state that goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest
from deployment import ACCOUNT, PASSPHRASE, REGION, Deployment
from pulumi.automation import CommandError, ConcurrentUpdateError

from bench.engine import NoEngineError, find
from stacks.orphans import orphans
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import Emulator
from stacks.rehearsal.provider import AwsProvider
from stacks.rehearsal.provider_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.engine import Engine


def _provider(name: str = "aws") -> aws.Provider:
    return aws.Provider(name, region=REGION, default_tags={"tags": {"kit": "ours"}})


def small() -> None:
    """A VPC and a secret value."""
    options = pulumi.ResourceOptions(provider=_provider())
    vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options)
    pulumi.export("vpc", vpc.id)
    secret = aws.secretsmanager.Secret("kept", name="kept", opts=options)
    aws.secretsmanager.SecretVersion(
        "value", secret_id=secret.id, secret_string=pulumi.Config("automq-byoc").require_secret("token"), opts=options
    )


TOKEN = {"token": "hush-hush-hush"}


@pytest.fixture
def deployment(engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(engine, tmp_path, small, account[1], stack="small")
    made.configure(TOKEN, secret=("token",))
    yield made
    made.stack.workspace.env_vars["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
    made.attach(account[1])
    made.destroy()


def the_vpcs(cloud: Cloud) -> set[str]:
    ours = {"Filters": [{"Name": "tag:kit", "Values": ["ours"]}]}
    return {vpc["VpcId"] for vpc in cloud.call("ec2", "DescribeVpcs", ours)["Vpcs"]}


def left_behind(deployment: Deployment, cloud: Cloud) -> tuple[str, ...]:
    ours = {"TagFilters": [{"Key": "kit", "Values": ["ours"]}]}
    return orphans(deployment.state(), cloud.call("resourcegroupstaggingapi", "GetResources", ours))


def program(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    file = folder / "pulumi"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_without_an_engine_the_way_to_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoEngineError, match=r"install Pulumi 3\.\d+ or later.*make setup-tests"):
        find(path=str(tmp_path), cache=tmp_path)


def an_engine(folder: Path, version: str) -> Path:
    beside = program(folder, f"echo {version}").with_name("pulumi-language-python")
    beside.write_text("#!/bin/sh\n")
    beside.chmod(0o755)
    return folder


@pytest.mark.parametrize("version", ["v4.0.0", "v3.12.0", "dev", ""])
def test_an_engine_of_an_unknown_version_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(NoEngineError, match="unknown version"):
        find(path=str(an_engine(tmp_path / "bin", version)), cache=tmp_path / "cache")


def test_a_good_engine_that_is_kept_serves_where_the_one_on_the_path_is_of_an_unknown_version(tmp_path: Path) -> None:
    kept = an_engine(tmp_path / "cache" / "bin", "v3.250.0")
    found = find(path=str(an_engine(tmp_path / "bin", "dev")), cache=tmp_path / "cache")
    assert (found.program, found.version) == (kept / "pulumi", "v3.250.0")


def test_the_engine_on_the_path_goes_before_the_one_that_is_kept(tmp_path: Path) -> None:
    an_engine(tmp_path / "cache" / "bin", "v3.250.0")
    assert find(path=str(an_engine(tmp_path / "bin", "v3.240.0")), cache=tmp_path / "cache").version == "v3.240.0"


def test_a_wrong_passphrase_is_refused_and_harms_nothing(deployment: Deployment) -> None:
    deployment.up()
    before = deployment.state()
    deployment.stack.workspace.env_vars["PULUMI_CONFIG_PASSPHRASE"] = "wrong"
    with pytest.raises(CommandError, match="incorrect passphrase"):
        deployment.up()
    deployment.stack.workspace.env_vars["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
    assert deployment.state() == before
    assert deployment.preview().summary.keys() == {"same"}


def test_a_state_of_a_newer_release_is_refused_and_harms_nothing(deployment: Deployment) -> None:
    deployment.up()
    file = next(deployment.folder.glob("state/.pulumi/stacks/**/small.json"))
    ours = file.read_text("utf-8")
    file.write_text(json.dumps({**json.loads(ours), "version": 99}), "utf-8")
    with pytest.raises(CommandError, match=r"version|newer"):
        deployment.up()
    file.write_text(ours, "utf-8")
    assert deployment.preview().summary.keys() == {"same"}


def test_a_locked_stack_says_who_holds_it_and_cancel_frees_it(deployment: Deployment) -> None:
    deployment.up()
    folder = deployment.folder / "state/.pulumi/locks/organization/automq-byoc/small"
    folder.mkdir(parents=True, exist_ok=True)
    holder = {"pid": 1, "username": "someone", "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}
    (folder / "00000000-0000-0000-0000-000000000000.json").write_text(json.dumps(holder))
    with pytest.raises(ConcurrentUpdateError, match=r"(?s)locked by.*pulumi cancel.*someone@elsewhere"):
        deployment.up()
    deployment.stack.cancel()
    assert deployment.preview().summary.keys() == {"same"}


class Gate(AwsProvider):
    """A provider in which something happens after the VPC was made and before the engine has its answer."""

    def __init__(self, cloud: Cloud, then: Callable[[], object]) -> None:
        super().__init__(cloud)
        self._then = then

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        answer = super().Create(request, context)
        if request.type == "aws:ec2/vpc:Vpc" and not request.preview:
            self._then()
        return answer


def serve_until_the_vpc_is_made() -> None:
    """A provider's whole life, in a process of its own."""
    running = Emulator(os.environ["AWS_ENDPOINT_URL"], ACCOUNT, REGION)
    cloud = Cloud(running.environment, ACCOUNT, REGION)
    with serving(Gate(cloud, partial(os._exit, 9))) as variables:
        sys.stdout.write(json.dumps(variables) + "\n")
        sys.stdout.flush()
        threading.Event().wait()


@pytest.fixture
def dying(account: tuple[Cloud, dict[str, str]]) -> Iterator[dict[str, str]]:
    script = "import conftest, test_trouble; test_trouble.serve_until_the_vpc_is_made()"
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": account[0].client("ec2").meta.endpoint_url,
        "PYTHONPATH": str(Path(__file__).parent),
    }
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    try:
        yield json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_a_provider_that_dies_midway_is_named_and_the_next_one_goes_on(
    deployment: Deployment, account: tuple[Cloud, dict[str, str]], dying: dict[str, str]
) -> None:
    deployment.attach(dying)
    with pytest.raises(CommandError, match=r"(?s)aws:ec2:Vpc.*(EOF|refused|reset)"):
        deployment.up()
    assert not any("vpc:Vpc" in urn for urn in deployment.resources())
    (lost,) = the_vpcs(account[0])
    assert [arn.rpartition("/")[2] for arn in left_behind(deployment, account[0])] == [lost]
    deployment.attach(account[1])
    kept = deployment.up().outputs["vpc"]
    assert the_vpcs(account[0]) == {lost, kept}
    account[0].call("ec2", "DeleteVpc", {"VpcId": lost})
    assert left_behind(deployment, account[0]) == ()


def engines() -> list[int]:
    command = ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [int(line.split()[0]) for line in lines if "pulumi " in line and " up " in line]


def kill_the_engine() -> None:
    for pid in engines():
        os.kill(pid, signal.SIGKILL)


def test_an_engine_killed_midway_leaves_word_of_what_it_was_making(
    deployment: Deployment, account: tuple[Cloud, dict[str, str]]
) -> None:
    with serving(Gate(account[0], kill_the_engine)) as provider:
        deployment.attach(provider)
        with pytest.raises(CommandError):
            deployment.up()
    deployment.attach(account[1])
    # Whatever else it was making at that moment is among them too.
    assert {entry["type"] for entry in deployment.state()["pending_operations"]} == {"creating"}
    (lost,) = the_vpcs(account[0])
    with pytest.raises(ConcurrentUpdateError, match="pulumi cancel"):
        deployment.up()
    deployment.stack.cancel()
    again = deployment.up()
    assert "interrupted while creating" in again.text
    assert "aws:ec2/vpc:Vpc::main" in again.text
    deployment.stack.refresh(clear_pending_creates=True)
    assert "pending_operations" not in deployment.state()
    assert deployment.preview().summary.keys() == {"same"}
    account[0].call("ec2", "DeleteVpc", {"VpcId": lost})


def half() -> None:
    """A role whose last call is refused: there is no such policy to attach."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    nowhere = f"arn:{aws.get_partition(opts=pulumi.InvokeOptions(provider=_provider())).partition}:iam::aws:policy/None"
    aws.iam.Role(
        "half",
        name="half",
        assume_role_policy=trust,
        managed_policy_arns=[nowhere],
        opts=pulumi.ResourceOptions(provider=_provider("other")),
    )


def test_what_was_made_half_is_taken_away_again(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> None:
    deployment = Deployment(engine, tmp_path, half, account[1], stack="half")
    with pytest.raises(CommandError, match=r"(?s)AttachRolePolicy was refused.*half was deleted again"):
        deployment.up()
    assert not any("role:Role" in urn for urn in deployment.resources())
    assert [role for role in account[0].call("iam", "ListRoles", {})["Roles"] if role["RoleName"] == "half"] == []
    deployment.destroy()


def test_an_account_that_is_not_allowed_is_refused_before_anything_is_made(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> None:
    def elsewhere() -> None:
        provider = aws.Provider("aws", region=REGION, allowed_account_ids=["999999999999"])
        aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=provider))

    deployment = Deployment(engine, tmp_path, elsewhere, account[1], stack="elsewhere")
    with pytest.raises(CommandError, match=rf"account {ACCOUNT}.*allows only 999999999999"):
        deployment.up()
    assert the_vpcs(account[0]) == set()


def test_a_type_without_a_row_is_refused_in_the_preview(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> None:
    def unknown() -> None:
        aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=_provider()))

    deployment = Deployment(engine, tmp_path, unknown, account[1], stack="unknown")
    with pytest.raises(CommandError, match=r"no row for the resource type aws:sqs/queue:Queue"):
        deployment.preview()
