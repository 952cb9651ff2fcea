"""A cluster's connection for each client library that probes use."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from audit.model.errors import BrokerError
from poc import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from poc.case.cluster import Cluster, OAuth

_SECONDS = 10


@dataclass(frozen=True, repr=False)
class Settings:
    """The same connection by the names of librdkafka, of Java's clients and of kafka-python; it holds secrets."""

    librdkafka: Mapping[str, str]
    java: Mapping[str, str]
    python: Mapping[str, Any]


def settings(cluster: Cluster, fetch: Callable[[str], str]) -> Settings:
    """All of them; raises UsageError for a secret or a file that is not there."""
    native = {**connection.librdkafka(cluster, fetch), "log_level": "0", "client.id": "byoc"}
    return Settings(native, connection.java(cluster, fetch), _python(cluster, native))


def _python(cluster: Cluster, native: Mapping[str, str]) -> dict[str, Any]:
    security = cluster.security
    found: dict[str, Any] = {
        "bootstrap_servers": cluster.bootstrap.split(","),
        "security_protocol": security.protocol,
        "client_id": "byoc",
    }
    if security.encrypted:
        found["ssl_context"] = _context(native)
    if security.mechanism is not None:
        found["sasl_mechanism"] = security.mechanism
    if security.oauth is not None:
        found["sasl_oauth_token_provider"] = TokenProvider(security.oauth, native["sasl.oauthbearer.client.secret"])
    elif security.mechanism is not None:
        found |= {"sasl_plain_username": native["sasl.username"], "sasl_plain_password": native["sasl.password"]}
    return found


def _context(native: Mapping[str, str]) -> ssl.SSLContext:
    try:
        made = ssl.create_default_context(cafile=native.get("ssl.ca.location"))
        if "ssl.certificate.location" in native:
            made.load_cert_chain(
                native["ssl.certificate.location"], native["ssl.key.location"], native.get("ssl.key.password")
            )
    except (ssl.SSLError, OSError) as error:
        raise BrokerError(f"the certificates of poc.yaml cannot be used ({error}): name PEM files that fit") from None
    return made


class TokenProvider:
    """Gets a token by the client credentials grant (RFC 6749, 4.4) and keeps it until it is about to end."""

    def __init__(self, oauth: OAuth, secret: str) -> None:
        self._oauth, self._secret = oauth, secret
        self._token, self._until = "", 0.0

    def token(self) -> str:
        """A token that is good for a while; raises BrokerError where none is issued."""
        if time.monotonic() > self._until:
            self._token, seconds = self._issued()
            self._until = time.monotonic() + seconds * 0.8
        return self._token

    def _issued(self) -> tuple[str, float]:
        oauth = self._oauth
        form = {"grant_type": "client_credentials", **({"scope": oauth.scope} if oauth.scope else {})}
        try:
            answer = httpx.post(
                oauth.token_endpoint, data=form, auth=(oauth.client_id, self._secret), timeout=_SECONDS
            ).raise_for_status()
            issued = answer.json()
            return str(issued["access_token"]), float(issued.get("expires_in", 60))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise BrokerError(
                f"{oauth.token_endpoint} issued no token ({type(error).__name__}): look at client id, secret and scope"
            ) from None

    def extensions(self) -> dict[str, str]:
        """SASL extensions: none."""
        return {}
