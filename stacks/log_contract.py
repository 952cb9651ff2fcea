"""What the contract says of logs: the bucket that keeps trail and flow logs, and where each signal is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import Bucket, Duty, LogSink
from components.layout import Signal

if TYPE_CHECKING:
    from stacks.settings import Settings


def audit_bucket(settings: Settings) -> dict[str, Bucket]:
    """None where a log account keeps the logs: who may do what there is its owner's to say."""
    names, days = settings.names, settings.retention
    if names.log_account is not None:
        return {}
    bucket = Bucket(
        name=names.audit_bucket,
        holds="the trail and the flow logs" if names.makes_trail else "the flow logs",
        encryption="logs-key",
        versioning=True,
        object_lock_days=days.audit_lock_days,
        object_lock_mode=None if days.audit_lock_days is None else days.audit_lock_mode,
    )
    return {"audit-bucket": bucket}


def log_sinks(settings: Settings) -> tuple[LogSink, ...]:
    """Where each signal of the environment itself is kept, how long at least, and who reviews it."""
    names, days = settings.names, settings.retention
    dns, console, brokers = (names.log_group(signal) for signal in (Signal.DNS, Signal.CONSOLE, Signal.BROKERS))
    trail = ("log_group", names.log_group(Signal.TRAIL))
    if settings.trail is not None and settings.trail.log_group is None:
        trail = ("bucket", settings.trail.bucket or "")
    table: tuple[tuple[str, str, str, int, Duty], ...] = (
        ("management_events", *trail, days.trail, Duty.ALERTS),
        ("data_events", *trail, days.trail, Duty.ALERTS),
        ("flow_logs", "bucket", names.audit_bucket, days.flow_logs, Duty.VPC_DESIGN),
        ("dns_queries", "log_group", dns, days.log_groups, Duty.ENDPOINT_POLICY),
        ("s3_access", "bucket", names.access_logs_bucket, days.access_logs, Duty.ALERTS),
        ("console", "log_group", console, days.log_groups, Duty.SUPPORT),
        ("brokers", "log_group", brokers, days.log_groups, Duty.SUPPORT),
    )
    fields = ("signal", "kind", "name", "retention_days", "reviewed_by")
    return tuple(
        LogSink.model_validate({**dict(zip(fields, row, strict=True)), "account": _elsewhere(settings, row[2])})
        for row in table
    )


def _elsewhere(settings: Settings, name: str) -> str | None:
    given = settings.log_account
    return given.account if given is not None and given.bucket == name else None
