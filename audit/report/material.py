"""What every renderer is given: the judged boundary, as values of the model."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.boundary import Boundary
from audit.model.verdict import Result, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audit.model.contract import BoundaryContract
    from audit.model.graph import BoundaryGraph
    from audit.model.verdict import Answer, Claim, Finding, Requirement

_VERDICTS = list(Verdict)
_SEVERITIES = list(Severity)


@dataclass(frozen=True)
class Material:
    """A judged boundary: the contract, the graph with its derived edges, the answers and the findings.

    ``as_of`` is the time that the judging took for now, ISO-8601 UTC; ``results`` are what each policy came to, and
    ``requirements`` what each says.
    """

    contract: BoundaryContract
    graph: BoundaryGraph
    answers: Sequence[Answer]
    findings: Sequence[Finding]
    as_of: str = ""
    results: Mapping[str, Result] = field(default_factory=dict)
    requirements: Sequence[Requirement] = ()

    @cached_property
    def boundary(self) -> Boundary:
        """The boundary that was judged, for what asks the graph and the contract together."""
        return Boundary(self.graph, self.contract, self.as_of)

    @property
    def idle(self) -> list[str]:
        """The policies that had nothing to judge."""
        return [policy for policy, result in self.results.items() if result is Result.NOTHING_TO_JUDGE]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of answers and findings."""
        return Verdict.worst([answer.verdict for answer in self.answers] + [f.verdict for f in self.findings])

    def named(self, node_id: str) -> str:
        """A node as readers know it: its role in the contract and its physical name, else its id."""
        node = self.graph.get(node_id)
        name = node.name if node else short_name(node_id)
        role = self._roles.get(node_id) or self._roles.get(name)
        return f"{role} ({name})" if role and role != name else name

    def brief(self, node_id: str) -> str:
        """A node's role in the contract, else its name."""
        return self.named(node_id).partition(" (")[0]

    def key(self, finding: Finding) -> str:
        """A name that no other finding here has: the fingerprint, and what it says where several share one."""
        if self._shared[finding.fingerprint] == 1:
            return finding.fingerprint
        said = hashlib.sha256(f"{finding.claim.reason}\n{finding.claim.text}".encode()).hexdigest()
        return f"{finding.fingerprint}-{said[:8]}"

    def alike(self, claims: Iterable[Claim]) -> list[list[Claim]]:
        """Claims that say the same of several subjects together, in order of first sight; unread ones by what lacks."""
        groups: dict[tuple[str, ...], list[Claim]] = {}
        for claim in claims:
            said = self._said(claim) if claim.verdict is Verdict.HOLDS else claim.reason
            groups.setdefault((claim.verdict, said, *claim.missing), []).append(claim)
        return list(groups.values())

    def _said(self, claim: Claim) -> str:
        node = self.graph.get(claim.subject)
        name = node.name if node else short_name(claim.subject)
        said = claim.text.replace(self.named(claim.subject), "·").replace(name, "·")
        return said.replace(self.brief(claim.subject), "·")

    @cached_property
    def _shared(self) -> Counter[str]:
        return Counter(finding.fingerprint for finding in self.findings)

    @cached_property
    def _roles(self) -> dict[str, str]:
        contract = self.contract
        roles = {bucket.name: role for role, bucket in contract.buckets.items()}
        roles |= {key.arn: role for role, key in contract.keys.items()}
        roles |= {principal.arn: role for role, principal in contract.principals.items()}
        if contract.network:
            roles |= {group: role for role, group in contract.network.security_groups.items()}
        return roles


def short_name(node_id: str) -> str:
    """The last part of an ARN or of Pulumi's URN, the whole of any other id."""
    if node_id.startswith("urn:pulumi:"):
        return node_id.split("::", 3)[-1]
    return node_id.rpartition(":")[2].rpartition("/")[2] if node_id.startswith("arn:") else node_id


def by_verdict(claims: Iterable[Claim], verdict: Verdict) -> list[Claim]:
    """The claims of that verdict, in their order."""
    return [claim for claim in claims if claim.verdict is verdict]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of a report: broken first, then unknown, the severe before the mild."""
    return sorted(
        findings,
        key=lambda f: (
            _VERDICTS.index(f.verdict),
            _SEVERITIES.index(f.severity),
            f.policy,
            f.claim.subject,
            f.claim.text,
        ),
    )
