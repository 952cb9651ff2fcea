"""The ways into a cluster that the case names: its own, and further listeners whose handshakes are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.compat.site import Site

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")


def ways_in(site: Site) -> Iterator[dict[str, str]]:
    """Librdkafka's configuration of each way in, with the secrets in clear."""
    yield dict(site.settings.librdkafka)
    yield from map(dict, site.listeners)


def settings_of(site: Site, mechanism: str) -> dict[str, str] | None:
    """The first way in with a SASL mechanism."""
    return next((conf for conf in ways_in(site) if conf.get("sasl.mechanism") == mechanism), None)


def encrypted(site: Site) -> dict[str, str] | None:
    """The first way in with TLS."""
    return next((conf for conf in ways_in(site) if conf["security.protocol"].endswith("SSL")), None)


def mutual(site: Site) -> dict[str, str] | None:
    """The first way in with a client's certificate."""
    return next((conf for conf in ways_in(site) if "ssl.certificate.location" in conf), None)
