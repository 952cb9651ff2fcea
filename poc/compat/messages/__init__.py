"""Requests that kafka-python does not bring, in its own form: fields and versions as in Kafka's protocol guide."""

from __future__ import annotations

import sys
from typing import Any

from kafka.protocol.api_message import ApiMessage


def _message(name: str) -> Any:
    """The class of a message, whose fields stand in the JSON file of its name beside this one."""
    kind: Any = type(ApiMessage)
    return kind(name, (ApiMessage,), {"__module__": __name__}, load_json=sys.modules[__name__])


ConsumerGroupHeartbeatRequest = _message("ConsumerGroupHeartbeatRequest")
ConsumerGroupHeartbeatResponse = _message("ConsumerGroupHeartbeatResponse")
CreateDelegationTokenRequest = _message("CreateDelegationTokenRequest")
CreateDelegationTokenResponse = _message("CreateDelegationTokenResponse")
ExpireDelegationTokenRequest = _message("ExpireDelegationTokenRequest")
ExpireDelegationTokenResponse = _message("ExpireDelegationTokenResponse")
GetTelemetrySubscriptionsRequest = _message("GetTelemetrySubscriptionsRequest")
GetTelemetrySubscriptionsResponse = _message("GetTelemetrySubscriptionsResponse")
