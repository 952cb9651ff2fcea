"""A cluster's connection as clients want it: librdkafka's configuration, and Java's properties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.model.errors import BrokerError, UsageError
from poc.case.secret import by_provider, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from confluent_kafka.admin import AdminClient

    from poc.case.cluster import Cluster, OAuth, Security

_JAAS = "org.apache.kafka.common.security"
_MODULES = {"PLAIN": f"{_JAAS}.plain.PlainLoginModule", "OAUTHBEARER": f"{_JAAS}.oauthbearer.OAuthBearerLoginModule"}
_SCRAM = f"{_JAAS}.scram.ScramLoginModule"


def librdkafka(cluster: Cluster, fetch: Callable[[str], str]) -> dict[str, str]:
    """The configuration of confluent-kafka's clients (librdkafka's CONFIGURATION.md), with the secrets in clear.

    ``fetch`` reads AWS Secrets Manager. Raises UsageError for a secret or a file that is not there.
    """
    security = cluster.security
    files = {
        "ssl.ca.location": security.ca,
        "ssl.certificate.location": security.certificate,
        "ssl.key.location": security.key,
    }
    found = {
        "bootstrap.servers": cluster.bootstrap,
        "security.protocol": security.protocol,
        **{name: str(_there(file)) for name, file in files.items() if file is not None},
    }
    if security.key_password is not None:
        found["ssl.key.password"] = resolve(security.key_password, fetch)
    if security.mechanism is not None:
        found["sasl.mechanism"] = security.mechanism
    if security.oauth is not None:
        return found | _oidc(security.oauth, fetch)
    if security.username is not None and security.password is not None:
        found |= {"sasl.username": security.username, "sasl.password": resolve(security.password, fetch)}
    return found


def _oidc(oauth: OAuth, fetch: Callable[[str], str]) -> dict[str, str]:
    return {
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.token.endpoint.url": oauth.token_endpoint,
        "sasl.oauthbearer.client.id": oauth.client_id,
        "sasl.oauthbearer.client.secret": resolve(oauth.client_secret, fetch),
        **({"sasl.oauthbearer.scope": oauth.scope} if oauth.scope else {}),
    }


def java(cluster: Cluster, fetch: Callable[[str], str]) -> dict[str, str]:
    """The properties of Java clients, Connect and MirrorMaker 2 (Apache Kafka, "Security"), with the secrets in clear.

    Certificates go in as text, so that no keystore is written; the key must be PKCS #8. Raises as ``librdkafka`` does.
    """
    return _java(cluster, lambda secret: resolve(secret, fetch), lambda file: _there(file).read_text("utf-8"))


def java_by_reference(cluster: Cluster) -> dict[str, str]:
    """The same without a secret or a file's content: Kafka's config providers ``env`` and ``dir`` bring them in."""
    return _java(cluster, by_provider, lambda file: by_provider(f"file:{file}"))


def _java(cluster: Cluster, secret: Callable[[str], str], content: Callable[[str], str]) -> dict[str, str]:
    security = cluster.security
    found = {"bootstrap.servers": cluster.bootstrap, "security.protocol": security.protocol}
    if security.ca is not None:
        found |= {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": content(security.ca)}
    if security.certificate is not None and security.key is not None:
        found |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": content(security.certificate),
            "ssl.keystore.key": content(security.key),
        }
    if security.key_password is not None:
        found["ssl.key.password"] = secret(security.key_password)
    if security.mechanism is not None:
        found |= {"sasl.mechanism": security.mechanism, "sasl.jaas.config": _jaas(security, secret)}
    if security.oauth is not None:
        found |= {
            "sasl.oauthbearer.token.endpoint.url": security.oauth.token_endpoint,
            "sasl.login.callback.handler.class": f"{_JAAS}.oauthbearer.OAuthBearerLoginCallbackHandler",
        }
    return found


def _jaas(security: Security, secret: Callable[[str], str]) -> str:
    oauth, options = security.oauth, {}
    if oauth is not None:
        options = {"clientId": oauth.client_id, "clientSecret": secret(oauth.client_secret)}
        options |= {"scope": oauth.scope} if oauth.scope else {}
    elif security.username is not None and security.password is not None:
        options = {"username": security.username, "password": secret(security.password)}
    words = "".join(f" {name}={_quoted(value)}" for name, value in options.items())
    return f"{_MODULES.get(security.mechanism or '', _SCRAM)} required{words};"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _there(file: str) -> Path:
    path = Path(file).expanduser()
    if not path.is_file():
        raise UsageError(f"{file} is no file, and poc.yaml's security names it: name the PEM file from where you stand")
    return path


def reach(settings: Mapping[str, str], seconds: float = 10) -> AdminClient:
    """An AdminClient of brokers that answer; raises BrokerError, which says why they do not, without a secret."""
    from confluent_kafka import KafkaException  # noqa: PLC0415  # an extra; the properties above need none
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415  # the same

    told: list[str] = []
    where = settings["bootstrap.servers"]
    conf: dict[str, Any] = {**settings, "log_level": 0, "error_cb": lambda error: told.append(error.str())}
    try:
        admin = AdminClient(conf)
    except (KafkaException, ValueError) as error:
        raise BrokerError(f"{where}: {error}: mend the security of poc.yaml") from None
    try:
        admin.list_topics(timeout=seconds)
    except KafkaException as error:
        admin.poll(0)
        # librdkafka tells the reason once to the callback, and then for every try and broker again.
        why = told[0] if told else error.args[0].str()
        raise BrokerError(f"{where}: {why}: look at address, network, security and credentials") from None
    return admin
