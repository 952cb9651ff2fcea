"""Which state an error of a client is: a no of the cluster is REFUSED, all that says nothing of it is NOT_TESTED."""

from __future__ import annotations

import aiokafka.errors as aio_errors
import kafka.errors as python_errors
from confluent_kafka import KafkaError, KafkaException

from poc.compat.probe import Outcome, not_tested, refused

FAILURES = (
    KafkaException,
    python_errors.KafkaError,
    aio_errors.KafkaError,
    OSError,
    TimeoutError,
    LookupError,
    ValueError,
)
"""What a probe may raise; anything else is a defect of the probe."""
_FORBIDDEN = {29, 30, 31, 53, 65}
"""Authorization failed: topic, group, cluster, transactional id, delegation token (Kafka protocol, "Error Codes")."""
_PASSING = {3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 22, 25, 27, 41, 51, 72, 74, 75, 76, 77}
"""Leaders, coordinators, metadata, members and transactions that are not ready, and time-outs: a later try may do."""
_LACKING = {KafkaError._UNSUPPORTED_FEATURE, KafkaError._NOT_IMPLEMENTED}  # noqa: SLF001  # their public names


def outcome(error: Exception) -> Outcome:
    """The state of an error, with its name and text."""
    code, name, text = _parts(error)
    told = " ".join(f"{name}: {text}".split()).removesuffix(": ").removesuffix(":")
    if code in _FORBIDDEN:
        return not_tested(f"{told} (the ACLs of who asks refuse it: grant it, or it stays unknown)")
    if code in _LACKING or (code is not None and code > 0 and code not in _PASSING) or _unknown_api(error):
        return refused(told)
    return not_tested(f"no answer to judge by: {told}")


def _unknown_api(error: Exception) -> bool:
    return isinstance(error, python_errors.IncompatibleBrokerVersion)


def _parts(error: Exception) -> tuple[int | None, str, str]:
    """The protocol's error code where the cluster gave one (librdkafka's own are negative), its name and text."""
    if isinstance(error, KafkaException):
        inner = error.args[0]
        return (inner.code(), inner.name(), inner.str()) if isinstance(inner, KafkaError) else (None, "", str(inner))
    if isinstance(error, python_errors.BrokerResponseError | aio_errors.BrokerResponseError):
        return (
            getattr(error, "errno", None),
            getattr(error, "message", "") or type(error).__name__,
            ", ".join(map(str, error.args)),
        )
    return None, type(error).__name__, str(error)
