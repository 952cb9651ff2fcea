"""The operating model of a case: duties, signals, who can see them, and the gaps, which are its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import Duty
from audit.model.errors import UsageError
from audit.model.verdict import Verdict
from poc.operate.result import DutyRow, Gap, OperatingResult, SeenRow, SignalRow
from poc.operate.seen import seen
from poc.operate.signals import signals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.boundary import Boundary
    from audit.model.verdict import Answer
    from poc.case.model import Case
    from poc.case.operations import Operations

COVERS = {
    Duty.QUOTA: "limits of AWS and of the brokers, before they are reached",
    Duty.VPC_DESIGN: "subnets, routes, groups, the way of clients to the brokers",
    Duty.KEY_POLICY: "keys, buckets, roles: who may read and destroy records",
    Duty.ENDPOINT_POLICY: "VPC endpoints and what passes through them",
    Duty.INCIDENT_ESCALATION: "incidents that cross from ours to AWS's or the vendor's",
    Duty.UPGRADES: "versions of brokers, console and images, approved and rolled out",
    Duty.ALERTS: "dashboards, alerts and logs: who looks, who is told",
    Duty.SUPPORT: "support cases with the vendor and with AWS",
    Duty.VENDOR_ROADMAP: "the vendor's roadmap, its releases and its end of life",
}
"""What each duty is about."""
_ALARMS = {"alarm_missing", "alarm_silent"}


def operating(case: Case, boundary: Boundary | None, answers: Sequence[Answer] = ()) -> OperatingResult:
    """The operating model; without an audited boundary what it would show is unknown. Raises UsageError."""
    told = case.operations
    known = {signal.id for signal in signals() if signal.alert}
    strange = sorted(told.alerts.keys() - known)
    if strange:
        raise UsageError(
            f"operations.alerts.{strange[0]} is no signal that an alert is due on: "
            f"name one of {', '.join(sorted(known))}"
        )
    duties = tuple(_duty(case, duty, boundary) for duty in Duty)
    rows = tuple(_signals(case))
    views = tuple(seen(boundary)) if boundary is not None else ()
    gaps = (*_of_duties(duties), *_of_alerts(told, rows), *_of_views(views, boundary), *_of_alarms(answers))
    order = list(Verdict)
    return OperatingResult(
        case=case.name,
        verdict=Verdict.worst(gap.verdict for gap in gaps) if gaps else Verdict.HOLDS,
        audited=f"{boundary.contract.environment_id} as of {boundary.now}" if boundary is not None else "",
        duties=duties,
        signals=rows,
        seen=views,
        gaps=tuple(sorted(gaps, key=lambda gap: order.index(gap.verdict))),
    )


def _duty(case: Case, duty: Duty, boundary: Boundary | None) -> DutyRow:
    holder = case.operations.duties.get(duty)
    owner = case.people.get(holder.owner) if holder is not None else None
    deputy = case.people.get(holder.deputy) if holder is not None and holder.deputy is not None else None
    declared = boundary.contract.owners.get(duty) if boundary is not None else None
    return DutyRow(
        duty=duty.value,
        covers=COVERS[duty],
        owner=owner.team if owner is not None else "",
        contact=owner.contact if owner is not None else "",
        deputy=deputy.team if deputy is not None else "",
        deputy_contact=deputy.contact if deputy is not None else "",
        runbook=(holder.runbook or "") if holder is not None else "",
        declared=declared.team if declared is not None else "",
    )


def _signals(case: Case) -> Iterator[SignalRow]:
    for signal in signals():
        alert = case.operations.alerts.get(signal.id)
        receiver = case.people.get(alert.receiver) if alert is not None else None
        yield SignalRow(
            **signal.model_dump(),
            threshold=alert.threshold if alert is not None else "",
            receiver=f"{receiver.team}, {receiver.contact}" if receiver is not None else "",
            calibrated=str(alert.calibrated or "") if alert is not None else "",
        )


def _of_duties(rows: Iterable[DutyRow]) -> Iterator[Gap]:
    for row in rows:
        name, place = row.duty.replace("_", " "), f"operations.duties.{row.duty}"
        if not row.owner:
            yield _broken("missing_owner", row.duty, f"{name}: nobody owns it", f"name its owner in {place}.owner")
            continue
        if not row.deputy:
            text = f"{name}: {row.owner} has no deputy"
            yield _broken("missing_deputy", row.duty, text, f"name one in {place}.deputy")
        elif (row.deputy, row.deputy_contact) == (row.owner, row.contact):
            text = f"{name}: {row.owner} is its own deputy"
            yield _broken("missing_deputy", row.duty, text, f"name another in {place}.deputy")
        if not row.runbook:
            text = f"{name}: there is no runbook"
            yield _broken("missing_runbook", row.duty, text, f"write one and link it in {place}.runbook")
        if row.declared and row.declared != row.owner:
            text = f"{name}: poc.yaml names {row.owner}, the audited contract {row.declared}"
            yield _broken("owners_differ", row.duty, text, "name the same team in both")


def _of_alerts(told: Operations, rows: Iterable[SignalRow]) -> Iterator[Gap]:
    for row in rows:
        if not row.alert:
            continue
        if row.id not in told.alerts:
            text = f"{row.watches}: no alert is set, one is due when {row.alert}"
            remedy = f"set a threshold and a receiver in operations.alerts.{row.id}"
            yield _broken("missing_alert", row.id, text, remedy)
        elif not row.calibrated:
            text = f"{row.watches}: its threshold was not tried with production-like traffic"
            remedy = f"try it in the proof of concept, and say when in operations.alerts.{row.id}.calibrated"
            yield _unknown("not_calibrated", row.id, text, remedy)


def _of_views(rows: Iterable[SeenRow], boundary: Boundary | None) -> Iterator[Gap]:
    if boundary is None:
        text = "who can see dashboards and logs was not read"
        yield _unknown("not_audited", "audit", text, "audit the account, and name the folder with --from")
    for row in rows:
        if not row.read:
            text = f"{row.what}: who can read {row.where} was not read"
            yield _unknown("unreadable", row.where, text, "audit with the permissions that the audit names")
        elif not row.can and not row.may:
            text = f"{row.what}: nobody in the account can read {row.where}"
            yield _broken("nobody_reads", row.where, text, "let the team read it that reviews it")


def _of_alarms(answers: Iterable[Answer]) -> Iterator[Gap]:
    for answer in answers:
        for claim in answer.claims:
            if claim.verdict is Verdict.BROKEN and claim.reason in _ALARMS:
                yield _broken(
                    claim.reason, claim.subject, claim.text, "deploy the alarm again, and let somebody hear it"
                )


def _broken(reason: str, subject: str, text: str, remedy: str) -> Gap:
    return Gap(verdict=Verdict.BROKEN, reason=reason, subject=subject, text=text, remedy=remedy)


def _unknown(reason: str, subject: str, text: str, remedy: str) -> Gap:
    return Gap(verdict=Verdict.UNKNOWN, reason=reason, subject=subject, text=text, remedy=remedy)
