"""Runs a piece of a Pulumi program and hands back what it declares: no engine, no AWS, nothing but the inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc, set_mocks, test

from components.layout import Names, Wal
from components.plan import ConsolePlan, NetworkPlan, Plan, RetentionPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    Program = Callable[[], Any]


@dataclass
class Declared(Mocks):
    """Every resource that a program declared: (type's last part, logical name, inputs)."""

    resources: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        if args.typ.startswith(("aws:", "kubernetes:", "pulumi:providers:kubernetes")):
            self.resources.append((kind, args.name, {key: _plain(value) for key, value in args.inputs.items()}))
        identity = f"{kind}/{args.name}"
        computed = {
            "arn": f"arn:{identity}",
            "keyId": identity,
            "zoneId": identity,
            "dnsName": f"{args.name}.elb",
            "latestVersion": 1,
            "endpoint": f"https://{args.name}.eks",
            "certificateAuthority": {"data": "Y2E="},
        }
        return identity, {"name": args.name, **computed, **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"a component looked up {args.token}: only the program may")

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The inputs of every resource of a type, in the order of their names."""
        found = sorted(
            ((name, inputs) for made, name, inputs in self.resources if made == kind), key=lambda pair: pair[0]
        )
        return [inputs for _, inputs in found]

    def one(self, kind: str, name: str) -> dict[str, Any]:
        """The inputs of one resource."""
        (found,) = [inputs for k, n, inputs in self.resources if (k, n) == (kind, name)]
        return found

    def kinds(self) -> set[str]:
        """Every type that was declared."""
        return {kind for kind, _, _ in self.resources}


def _plain(value: Any) -> Any:
    """A Pulumi secret's value: in a test nothing is kept."""
    return value["value"] if isinstance(value, dict) and rpc._special_sig_key in value else value


@pytest.fixture(scope="session")
def declare() -> Callable[[Program], Declared]:
    """A function that runs a program and returns what it declared."""

    def run(program: Program) -> Declared:
        declared = Declared()
        set_mocks(declared, project="byoc", stack="test", preview=False)
        test(program)()
        return declared

    return run


@pytest.fixture(scope="session")
def plan() -> Callable[..., Plan]:
    """A function that makes the plan of a proof of concept, with changes by field of any of its parts."""

    def make(**change: Any) -> Plan:
        def given(**defaults: Any) -> dict[str, Any]:
            return {name: change.pop(name, value) for name, value in defaults.items()}

        zones = tuple(f"eu-west-1{letter}" for letter in "abc")
        network = NetworkPlan(**given(cidr="10.42.0.0/16", zones=zones, nat="single", public=True, existing=None))
        console = ConsolePlan(
            **given(instance_type="t3.large", ami="ami-1", image="r/console:1", certificate_arn=None, sources=())
        )
        days = {"trail": 365, "flow_logs": 90, "log_groups": 90, "access_logs": 90, "versions": 30, "backups": 7}
        retention = RetentionPlan(**days, **given(audit_lock=None))
        whole = given(
            names=Names.of("e", "eu-west-1", "111122223333", "ops-issued"), automq_config="issued", wal="S3WAL"
        )
        whole["wal"] = Wal(whole["wal"])
        return Plan(network=network, console=console, retention=retention, **whole, **change)

    return make
