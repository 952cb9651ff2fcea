"""What records are copied to besides buckets and log groups: streams, functions, queues and event buses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.graph import Edge, EdgeKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_DESCRIBED_ELSEWHERE = {"s3", "sns", "logs"}


def receiver(arn: str, record: str) -> Iterator[Node | Edge]:
    """The node of such a target and the account that owns it; nothing for what another service describes."""
    parsed = Arn.parse(arn) if is_arn(arn) else None
    if parsed is not None and parsed.service not in _DESCRIBED_ELSEWHERE:
        about = {"service": parsed.service}
        yield Node(arn, NodeKind.RECEIVER, parsed.name, parsed.account, parsed.region, about, (record,))
        if parsed.account.isdigit():
            yield Edge(parsed.account, arn, EdgeKind.OWNS, {}, (record,))
