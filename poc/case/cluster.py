"""A cluster: where its brokers are, and how clients prove who they are."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from poc.case.part import Part
from poc.case.secret import Secret

_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})")
_HIGHEST_PORT = 65_535


def bootstrap_servers(text: str) -> str:
    """A list of host:port, joined by commas; raises ValueError for anything else."""
    servers = [server.strip() for server in text.split(",")]
    for server in servers:
        found = _SERVER.fullmatch(server)
        if found is None or not 0 < int(found[2]) <= _HIGHEST_PORT:
            raise ValueError(f"{server!r} is no broker: write host:port, several joined by commas")
    return ",".join(servers)


Bootstrap = Annotated[str, AfterValidator(bootstrap_servers)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/\S*)?$")]
"""An address without a user name or password in it."""


class OAuth(Part):
    """How a token is got for SASL OAUTHBEARER (KIP-768)."""

    token_endpoint: Url = Field(
        description="where tokens are issued", examples=["https://login.example.com/oauth2/token"]
    )
    client_id: str = Field(description="the client's id", examples=["poc"])
    client_secret: Secret = Field(description="the client's secret, by reference", examples=["env:POC_CLIENT_SECRET"])
    scope: str | None = Field(default=None, description="the scope to ask for", examples=["kafka"])


class Security(Part):
    """How clients connect."""

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="the clients' security.protocol"
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        default=None, description="the SASL mechanism, with a SASL protocol", examples=["SCRAM-SHA-512"]
    )
    username: str | None = Field(default=None, description="the user, or the API key", examples=["poc"])
    password: Secret | None = Field(
        default=None,
        description="the password or the API key's secret, by reference: env:NAME, file:PATH, secretsmanager:NAME#KEY",
        examples=["env:POC_PASSWORD"],
    )
    oauth: OAuth | None = Field(default=None, description="with OAUTHBEARER: where tokens come from")
    ca: str | None = Field(
        default=None,
        description="a file of the authorities to trust (PEM); the system's otherwise",
        examples=["ca.pem"],
    )
    certificate: str | None = Field(
        default=None, description="the client's certificate chain (PEM), for mTLS", examples=["client.pem"]
    )
    key: str | None = Field(default=None, description="the file of the client's private key", examples=["client.key"])
    key_password: Secret | None = Field(
        default=None, description="the key's password, by reference", examples=["env:POC_KEY_PASSWORD"]
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        sasl = self.protocol.startswith("SASL")
        if sasl and self.mechanism is None:
            raise ValueError(
                f"protocol is {self.protocol} and mechanism is not set: name PLAIN, SCRAM-… or OAUTHBEARER"
            )
        if not sasl and self.mechanism is not None:
            raise ValueError(f"mechanism is {self.mechanism} and protocol {self.protocol}: choose SASL_SSL, or drop it")
        if self.mechanism == "OAUTHBEARER" and self.oauth is None:
            raise ValueError("mechanism is OAUTHBEARER and oauth is not set: say where tokens come from")
        if self.mechanism not in {None, "OAUTHBEARER"} and not (self.username and self.password):
            raise ValueError(f"mechanism is {self.mechanism}, which needs username and password: set both")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("of certificate and key one is set: a client's certificate needs both")
        if not self.encrypted and (self.ca or self.certificate):
            raise ValueError(
                f"protocol is {self.protocol}, which encrypts nothing: choose SSL or SASL_SSL, or drop the files"
            )
        return self

    @property
    def encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.protocol.endswith("SSL")


class Listener(Part):
    """A further way in, whose handshake is tried."""

    bootstrap: Bootstrap = Field(description="host:port of some brokers", examples=["broker-1.example.com:9122"])
    security: Security = Field(description="how clients connect there", examples=[{"protocol": "SSL"}])


class Login(Part):
    """A pair for HTTP: an API key, or a user and a password."""

    username: str = Field(description="the user, or the API key", examples=["APIKEY"])
    password: Secret = Field(description="its secret, by reference", examples=["env:POC_API_SECRET"])


class Service(Part):
    """An HTTP service beside the brokers."""

    url: Url = Field(description="its address", examples=["https://registry.example.com"])
    login: Login | None = Field(default=None, description="who asks, where it wants to know")


class ConfluentCloud(Part):
    """Confluent Cloud's own API, for what the brokers do not tell."""

    environment: str = Field(description="the environment's id", pattern=r"^env-[a-z0-9]+$", examples=["env-abc123"])
    cluster: str = Field(description="the cluster's id", pattern=r"^lkc-[a-z0-9]+$", examples=["lkc-abc123"])
    login: Login = Field(
        description="a Cloud API key",
        examples=[{"username": "CLOUDKEY", "password": "env:POC_CLOUD_SECRET"}],
    )
    cluster_login: Login | None = Field(
        default=None, description="an API key of the cluster, for its links; without it they are not seen"
    )
    url: Url = Field(default="https://api.confluent.cloud", description="the API's address")
    telemetry: Url = Field(
        default="https://api.telemetry.confluent.cloud", description="the address of its Metrics API, for the same key"
    )


Platform = Literal["apache-kafka", "confluent-cloud", "confluent-platform", "msk", "automq", "other"]


class Cluster(Part):
    """Brokers that speak Kafka's protocol."""

    platform: Platform = Field(description="what is said to run there; reports say what the brokers themselves tell")
    bootstrap: Bootstrap = Field(description="host:port of some brokers", examples=["broker-1.example.com:9092"])
    security: Security = Field(default=Security(), description="how clients connect")
    listeners: tuple[Listener, ...] = Field(
        default=(), max_length=10, description="further listeners, whose handshakes byoc poc compat tries"
    )
    registry: Service | None = Field(default=None, description="its Schema Registry")
    connect: Service | None = Field(default=None, description="its Connect workers' REST API")
    confluent: ConfluentCloud | None = Field(default=None, description="Confluent Cloud's API, with its own key")
