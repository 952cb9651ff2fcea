"""How clients get in: TLS, certificates, SASL; and that who is not known is kept out."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from audit.model.errors import BrokerError
from poc.compat.listeners import MECHANISMS, encrypted, mutual, settings_of
from poc.compat.probe import Area, Outcome, Probe, no_effect, not_tested, probe, refused, supported
from poc.connection import reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.compat.site import Site

_SECONDS = 15.0
_UNKNOWN = "Unsupported SASL mechanism"
"""librdkafka's words for a broker that does not offer a mechanism; any other failure may be the credentials'."""


def _enters(conf: dict[str, str]) -> str | None:
    """None where the metadata can be read, else why not."""
    try:
        reach(conf, _SECONDS)
    except BrokerError as error:
        return str(error)
    return None


def _handshake(site: Site, *, find: Callable[[Site], dict[str, str] | None], what: str) -> Outcome:
    conf = find(site)
    if conf is None:
        return not_tested(f"no listener of the case has {what}: name one under target.listeners")
    why = _enters(conf)
    where = f"{conf['security.protocol']} {conf.get('sasl.mechanism', '')}".strip()
    if why is None:
        return supported(f"{where}: brokers told")
    return (refused if _UNKNOWN in why else not_tested)(f"{where}: {why}")


def _mechanism(site: Site, name: str) -> dict[str, str] | None:
    return settings_of(site, name)


ROWS = (
    Probe(
        "handshake_tls",
        Area.SECURITY,
        "Clients connect by TLS",
        "TLS handshake, Metadata (3)",
        partial(_handshake, find=encrypted, what="TLS"),
    ),
    Probe(
        "handshake_mtls",
        Area.SECURITY,
        "Clients prove who they are by a certificate",
        "TLS handshake with a client's certificate, Metadata (3)",
        partial(_handshake, find=mutual, what="a client's certificate"),
    ),
    *(
        Probe(
            f"handshake_{name.lower().replace('-', '_')}",
            Area.SECURITY,
            f"Clients prove who they are by SASL {name}",
            f"SaslHandshake (17) {name}, SaslAuthenticate (36), Metadata (3)",
            partial(_handshake, find=partial(_mechanism, name=name), what=f"SASL {name}"),
            "KIP-255, KIP-768" if name == "OAUTHBEARER" else "",
        )
        for name in MECHANISMS
    ),
)


@probe(Area.SECURITY, "A wrong password is refused", "SaslAuthenticate (36) with a wrong password")
def wrong_password(site: Site) -> Outcome:
    conf = next((found for name in MECHANISMS[:3] if (found := settings_of(site, name)) is not None), None)
    if conf is None:
        return not_tested("no listener of the case takes a password: name one under target.listeners")
    why = _enters({**conf, "sasl.password": secrets.token_urlsafe()})
    return no_effect("a wrong password was taken") if why is None else supported(why)
