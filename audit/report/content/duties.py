"""The operating model: which team owns which duty, what falls under it, and what stands open there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.contract import Duty
from audit.model.graph import NodeKind as Kind
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.verdict import Claim
    from audit.report.content.findings import Case, Group
    from audit.report.material import Material

OWNERSHIP = "owners"
"""The question whose claims say whether a duty is owned."""
KINDS: dict[Duty, tuple[Kind, ...]] = {
    Duty.VPC_DESIGN: (
        Kind.VPC, Kind.SUBNET, Kind.ROUTE_TABLE, Kind.NETWORK_ACL, Kind.SECURITY_GROUP, Kind.PREFIX_LIST,
        Kind.NETWORK_INTERFACE, Kind.INTERNET_GATEWAY, Kind.NAT_GATEWAY, Kind.GATEWAY, Kind.TRANSIT_ROUTE_TABLE,
        Kind.ENTRANCE, Kind.INTERNET, Kind.LOAD_BALANCER, Kind.TARGET_GROUP, Kind.HOSTED_ZONE,
    ),
    Duty.KEY_POLICY: (
        Kind.KEY, Kind.BUCKET, Kind.SECRET, Kind.ROLE, Kind.USER, Kind.GROUP, Kind.IDENTITY_PROVIDER,
        Kind.FOREIGN_PRINCIPAL, Kind.BACKUP_VAULT, Kind.SNAPSHOT, Kind.VOLUME, Kind.RECEIVER,
    ),
    Duty.ENDPOINT_POLICY: (Kind.VPC_ENDPOINT,),
    Duty.ALERTS: (
        Kind.TRAIL, Kind.EVENT_DATA_STORE, Kind.FLOW_LOG, Kind.QUERY_LOG, Kind.LOG_GROUP, Kind.LOG_DESTINATION,
        Kind.OBSERVABILITY_LINK, Kind.ALARM, Kind.TOPIC, Kind.EVENT_RULE,
    ),
    Duty.UPGRADES: (
        Kind.INSTANCE, Kind.IMAGE, Kind.LAUNCH_TEMPLATE, Kind.AUTO_SCALING_GROUP, Kind.CLUSTER, Kind.NODE_GROUP,
        Kind.WORKLOAD, Kind.BACKUP_PLAN,
    ),
    Duty.INCIDENT_ESCALATION: (Kind.ACCOUNT, Kind.ROOT_USER, Kind.ORGANIZATION),
}  # fmt: skip
"""The duty that a finding falls under, by what its subject is: our reading of the duties, told beside them."""
QUESTIONS = {
    "audit_trails": Duty.ALERTS,
    "traffic_paths": Duty.VPC_DESIGN,
    "bucket_owner": Duty.KEY_POLICY,
    "data_plane_access": Duty.KEY_POLICY,
    "vendor_access": Duty.VENDOR_ROADMAP,
}
"""The duty of a finding whose subject is no node, a signal or a listener that is not there, by its question."""
_MISSING = "_missing"
"""How the reason of a claim ends that there is no node of a kind: ``key_missing`` is about the account."""
_NAMED = {kind.value: kind for kind in Kind}
_DUTY_OF = {kind: duty for duty, kinds in KINDS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Held:
    """A duty, who owns it, what the ownership question says of it, and the findings that fall under it."""

    duty: Duty
    team: str
    contact: str
    verdict: Verdict
    says: str
    kinds: tuple[str, ...]
    reviews: tuple[str, ...]
    broken: int
    unknown: int
    waived: int

    @property
    def name(self) -> str:
        """The duty in words."""
        return self.duty.value.replace("_", " ")


def duty_of(material: Material, claim: Claim, question: str) -> Duty | None:
    """The duty that a finding falls under: its subject itself, the one for its kind, its question's, or none."""
    if claim.subject in list(Duty):
        return Duty(claim.subject)
    node = material.graph.get(claim.subject)
    kind = node.kind if node is not None else None
    if claim.reason.endswith(_MISSING):
        kind = _NAMED.get(claim.reason.removesuffix(_MISSING), kind)
    return _DUTY_OF.get(kind) if kind is not None else QUESTIONS.get(question)


def duties(material: Material, groups: Iterable[Group]) -> tuple[Held, ...]:
    """Every duty, in the contract's order."""
    cases = [case for group in groups for case in group.cases]
    claims = {
        claim.subject: claim for answer in material.answers if answer.question == OWNERSHIP for claim in answer.claims
    }
    found = []
    for duty in Duty:
        owner, claim = material.contract.owners.get(duty), claims.get(duty.value)
        under = [case for case in cases if case.duty is duty]
        found.append(
            Held(
                duty,
                owner.team if owner else "",
                owner.contact if owner else "",
                claim.verdict if claim else Verdict.UNKNOWN,
                claim.text if claim else "the question of ownership was not asked",
                tuple(str(kind).replace("_", " ") for kind in KINDS.get(duty, ())),
                _reviews(material, duty),
                *(_count(under, status) for status in ("broken", "unknown", "waived")),
            )
        )
    return tuple(found)


def _reviews(material: Material, duty: Duty) -> tuple[str, ...]:
    """The signals whose logs the duty reviews."""
    signals = (sink.signal.replace("_", " ") for sink in material.contract.log_sinks if sink.reviewed_by is duty)
    return tuple(dict.fromkeys(signals))


def _count(cases: Iterable[Case], status: str) -> int:
    return sum(case.status == status for case in cases)
