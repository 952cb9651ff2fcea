"""What the platform teams of all three deployments declare alike."""

from __future__ import annotations

from audit.model.contract import Duty, LogSink, Owner, Principal, Privilege
from vendor_accounts.making import ROOT

OWNERS = {duty: Owner(team="platform", contact="platform@corp.example") for duty in Duty}


def deployer(*stores: str) -> dict[str, Principal]:
    """The account itself, which deploys and may do everything."""
    return {"deployer": Principal(arn=ROOT, does="owns the account", may={name: tuple(Privilege) for name in stores})}


def sinks(ops: str) -> tuple[LogSink, ...]:
    """The brokers' logs, which the vendor keeps in the ops bucket; no module makes a place for anything else."""
    return (LogSink(signal="brokers", kind="bucket", name=ops, retention_days=30, reviewed_by=Duty.SUPPORT),)
