"""The contract says what the settings mean; who may do what is read here as a table."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from audit.model.contract import BoundaryContract, Duty, Privilege
from components.alarms import WATCHES
from stacks.automq_config import sample_automq_config
from stacks.contract import ALARMS, Ids, contract
from stacks.settings import Settings

ACCOUNT, REGION = "111122223333", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
IDS = Ids(
    vpc="vpc-1",
    subnets=["subnet-1"],
    groups={"broker-group": "sg-b", "console-group": "sg-c", "console-load-balancer": "sg-lb"},
    endpoints={"s3": "vpce-1"},
    keys={purpose: f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{purpose}" for purpose in ("data", "ops", "logs", "volumes")},
    hosted_zone="Z1",
    console_instance="i-1",
)
ONE_ZONE = {"zone_letters": ["a"]}
VENDOR = "arn:aws:iam::999988887777:role/support"


def written(ids: Ids = IDS, **change: Any) -> BoundaryContract:
    given: dict[str, Any] = {
        "environment_id": "e", "aws_account_id": ACCOUNT, "region": REGION,
        "automq_config": sample_automq_config("e", REGION, ACCOUNT),
    }  # fmt: skip
    return contract(Settings.from_config(given | change), ids)


def may(made: BoundaryContract, principal: str) -> dict[str, str]:
    """Resource role to the initials of the privileges: r, w, d, a."""
    table = made.principals[principal].may
    return {resource: "".join(privilege.value[0] for privilege in held) for resource, held in sorted(table.items())}


def test_brokers_keep_records_and_telemetry() -> None:
    assert may(written(), "data-plane") == {
        "data-bucket": "rwd", "data-key": "rw", "ops-bucket": "rwd", "ops-key": "rw",
    }  # fmt: skip


def test_brokers_open_volumes_only_with_a_log_on_volumes_and_make_none() -> None:
    assert may(written(wal="EBSWAL", network=ONE_ZONE), "data-plane")["volumes-key"] == "r"
    assert "volumes-key" not in may(written(wal="FSWAL"), "data-plane")


def test_file_systems_of_the_log_are_for_brokers_and_ruled_by_who_deploys() -> None:
    mounted = dataclasses.replace(
        IDS, groups={**IDS.groups, "file-system-group": "sg-f"}, file_systems={"log-file-system-1": "fs-1"}
    )
    made = written(mounted, wal="FSWAL")
    holders = {name: held for name in made.principals if (held := may(made, name).get("log-file-system-1"))}
    (listener,) = (one for one in made.listeners if one.on == "file-system-group")

    assert holders == {"data-plane": "rw", "deployer": "da"}
    assert (listener.port, [source.security_group for source in listener.sources]) == (2049, ["sg-b"])
    assert made.file_systems["log-file-system-1"].encryption == "volumes-key"
    assert written().file_systems == {}


def test_the_console_never_touches_records() -> None:
    assert may(written(), "console") == {"ops-bucket": "rwd", "ops-key": "rw", "volumes-key": "rw"}


def test_nobody_but_brokers_may_read_or_write_records() -> None:
    made = written(vendor_access=window())
    holders = {
        (principal, privilege)
        for principal, declared in made.principals.items()
        for store in ("data-bucket", "data-key")
        for privilege in declared.may.get(store, ())
        if privilege in {Privilege.READ, Privilege.WRITE}
    }
    assert holders == {("data-plane", Privilege.READ), ("data-plane", Privilege.WRITE)}


def test_who_deploys_administers_everything_and_is_the_account_unless_named() -> None:
    everything = {f"{name}-bucket" for name in ("data", "ops", "audit", "access-logs")} | {
        f"{name}-key" for name in ("data", "ops", "logs", "volumes")
    }
    made = written()
    assert made.principals["deployer"].arn == f"arn:aws:iam::{ACCOUNT}:root"
    assert {store for store, held in may(made, "deployer").items() if "a" in held} == everything | {"log-groups"}


def test_a_named_deployer_takes_the_use_of_keys_from_the_account() -> None:
    made = written(deployer=f"{ROLE}deployer")
    assert made.principals["deployer"].arn == f"{ROLE}deployer"
    assert may(made, "deployer")["ops-key"] == "rwda"
    assert may(made, "account-root")["ops-key"] == "da"


def test_delivery_services_write_logs_and_read_none() -> None:
    made = written()
    assert may(made, "trail-service") == {"audit-bucket": "w", "logs-key": "w"}
    assert may(made, "log-delivery")["audit-bucket"] == "w"
    assert may(made, "access-log-delivery") == {"access-logs-bucket": "w"}
    assert made.principals["access-log-delivery"].arn == "logging.s3.amazonaws.com"


def window(**change: Any) -> dict[str, Any]:
    return {
        "mode": "granted", "principal": VENDOR, "until": "2027-01-31T18:00:00Z", "reads": ["automq/logs/"],
    } | change  # fmt: skip


def test_a_vendors_window_is_one_dated_principal() -> None:
    made = written(vendor_access=window())
    assert (made.principals["vendor"].arn, made.principals["vendor"].until) == (VENDOR, "2027-01-31T18:00:00Z")
    assert may(made, "vendor") == {"ops-bucket": "r", "ops-key": "r"}
    assert made.vendor_access.reads == ("automq/logs/",)


def test_a_window_for_licences_writes_with_the_key() -> None:
    made = written(vendor_access=window(reads=[], writes=["automq/licence/"]))
    assert may(made, "vendor") == {"ops-bucket": "w", "ops-key": "rw"}


def test_without_a_window_the_vendor_is_nobody() -> None:
    made = written()
    assert "vendor" not in made.principals
    assert made.vendor_access.mode == "none"


def test_the_auditor_holds_nothing_and_only_the_security_account_takes_it() -> None:
    made = written(auditor={"account": "777788889999", "external_id": "agreed-1"})
    auditor, taker = made.principals["auditor"], made.principals["security-account"]
    assert (auditor.arn, auditor.may, auditor.taken_by) == (f"{ROLE}automq-auditor-e", {}, ("security-account",))
    assert (taker.arn, taker.may) == ("arn:aws:iam::777788889999:root", {})
    assert "agreed-1" not in made.text()
    assert not {"auditor", "security-account"} & written().principals.keys()


def test_listeners_and_their_sources_are_the_settings() -> None:
    sources = ["10.0.0.0/8", "sg-0123456789abcdef0"]
    (listener,) = written(listeners=[{"protocol": "SSL", "sources": sources}]).listeners
    assert (listener.name, listener.on, listener.protocol, listener.port) == ("kafka-ssl", "broker-group", "SSL", 9122)
    assert [source.cidr or source.security_group for source in listener.sources] == sources


def test_people_reach_the_console_by_load_balancer_only_where_that_is_set() -> None:
    console = {
        "access": "load_balancer", "sources": ["10.9.0.0/16"],
        "certificate_arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c",
    }  # fmt: skip
    made = written(console=console)
    listeners = {listener.name: listener for listener in made.listeners}
    assert listeners["console"].sources[0].cidr == "10.9.0.0/16"
    assert listeners["console-behind-load-balancer"].sources[0].security_group == "sg-lb"
    assert may(made, "load-balancer-log-delivery") == {"access-logs-bucket": "w"}
    assert [listener.on for listener in written().listeners] == ["broker-group"]


@pytest.mark.parametrize(("nat", "egress"), [("none", "none"), ("single", "nat"), ("per_zone", "nat")])
def test_the_way_out_is_declared(nat: str, egress: str) -> None:
    network = written(network={"nat": nat}).network
    assert network is not None
    assert network.internet_egress == egress


def test_every_signal_is_kept_as_long_as_the_settings_say_and_reviewed() -> None:
    sinks = written(retention={"trail": 400, "flow_logs": 60, "log_groups": 30, "access_logs": 14}).log_sinks
    assert {sink.signal: (sink.kind, sink.retention_days) for sink in sinks} == {
        "management_events": ("log_group", 400), "data_events": ("log_group", 400), "flow_logs": ("bucket", 60),
        "dns_queries": ("log_group", 30), "s3_access": ("bucket", 14), "console": ("log_group", 30),
        "brokers": ("log_group", 30),
    }  # fmt: skip


def test_what_is_declared_to_alarm_is_what_alarms() -> None:
    assert set(ALARMS) == set(WATCHES)
    assert "automq-e-root-use" in written().alarms


def test_a_break_glass_role_is_declared_and_alarmed() -> None:
    made = written(break_glass=f"{ROLE}break-glass")
    assert made.principals["break-glass"].arn == f"{ROLE}break-glass"
    assert "automq-e-break-glass-use" in made.alarms


def test_owners_are_those_that_the_settings_name() -> None:
    made = written(owners={"alerts": {"team": "platform", "contact": "platform@example.com"}})
    assert {duty: owner.team for duty, owner in made.owners.items()} == {Duty.ALERTS: "platform"}


def test_buckets_are_encrypted_with_keys_of_their_own() -> None:
    made = written()
    assert {role: bucket.encryption for role, bucket in made.buckets.items()} == {
        "data-bucket": "data-key", "ops-bucket": "ops-key", "audit-bucket": "logs-key", "access-logs-bucket": "SSE-S3",
    }  # fmt: skip
    assert set(made.keys) == {"data-key", "ops-key", "logs-key", "volumes-key"}


def test_the_contract_is_json_that_reads_back() -> None:
    made = written(vendor_access=window())
    assert BoundaryContract.from_json(json.loads(made.text()), "itself") == made


def test_what_is_not_locked_or_protected_is_not_promised() -> None:
    made = written()
    assert made.buckets["audit-bucket"].object_lock_days is None
    assert made.buckets["audit-bucket"].object_lock_mode is None
    assert made.console is not None
    assert made.console.deletion_protection is False
    assert made.backups is not None
    assert made.backups.lock == "none"
    assert made.network is not None
    assert made.network.egress_by_zone is False


def test_what_is_locked_and_protected_is_promised() -> None:
    made = written(
        protect=True,
        console={"image": "registry.example.com/console@sha256:" + 64 * "0"},
        network={"nat": "per_zone"},
        retention={"audit_lock_days": 30, "audit_lock_mode": "compliance", "backup_lock": "governance", "backups": 14},
    )
    audit = made.buckets["audit-bucket"]
    assert (audit.object_lock_days, audit.object_lock_mode) == (30, "compliance")
    assert made.console is not None
    assert made.console.deletion_protection is True
    assert made.backups is not None
    assert (made.backups.keep_days, made.backups.lock) == (14, "governance")
    assert made.network is not None
    assert made.network.egress_by_zone is True
