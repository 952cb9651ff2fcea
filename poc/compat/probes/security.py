"""ACLs, users, quotas, tokens: set, read back, and seen to hold where a listener lets a second user in."""

from __future__ import annotations

import secrets
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.protocol.admin import AlterClientQuotasRequest, DescribeClientQuotasRequest

from poc.compat.listeners import settings_of
from poc.compat.probe import Area, Outcome, Probe, no_effect, not_tested, probe, refused, seen, supported
from poc.compat.site import SECONDS, comes, done

if TYPE_CHECKING:
    from poc.compat.site import Site

_ITERATIONS = 4096
_TOKEN_MS = 60_000
_TELEMETRY = 71
_ALLOW, _DENY = AclPermissionType.ALLOW, AclPermissionType.DENY


def _binding(site: Site, kind: ResourceType, name: str, **more: Any) -> AclBinding:
    options = {
        "pattern": ResourcePatternType.LITERAL,
        "user": site.name("user"),
        "operation": AclOperation.READ,
        "permission": _ALLOW,
        **more,
    }
    principal = f"User:{options['user']}"
    return AclBinding(kind, name, options["pattern"], principal, "*", options["operation"], options["permission"])


def _filter(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _add(site: Site, binding: AclBinding) -> AclBindingFilter:
    found = _filter(binding)
    site.made.acls.append(found)
    done(site.admin.create_acls([binding], request_timeout=SECONDS))
    return found


def _listed(site: Site, wanted: AclBindingFilter) -> int:
    return len(site.admin.describe_acls(wanted, request_timeout=SECONDS).result(SECONDS))


def _acl(site: Site, *, kind: ResourceType, what: str, **more: Any) -> Outcome:
    name = "kafka-cluster" if kind is ResourceType.BROKER else site.name(what)
    wanted = _add(site, _binding(site, kind, name, **more))
    there = comes(lambda: _listed(site, wanted) == 1)
    done(site.admin.delete_acls([wanted], request_timeout=SECONDS))
    gone = comes(lambda: _listed(site, wanted) == 0)
    return seen(there and gone, f"created and listed: {there}; deleted: {gone}")


ROWS = tuple(
    Probe(
        f"acl_{what.replace('-', '_')}",
        Area.SECURITY,
        f"An ACL for {title} is created, listed and deleted",
        f"CreateAcls (30), DescribeAcls (29), DeleteAcls (31): {title}",
        partial(_acl, kind=kind, what=what, **more),
        kip,
    )
    for what, title, kind, more, kip in (
        ("topic", "a topic", ResourceType.TOPIC, {}, ""),
        ("prefixed", "topics by prefix", ResourceType.TOPIC, {"pattern": ResourcePatternType.PREFIXED}, "KIP-290"),
        ("group", "a group", ResourceType.GROUP, {}, ""),
        (
            "transactional-id",
            "a transactional id",
            ResourceType.TRANSACTIONAL_ID,
            {"operation": AclOperation.WRITE},
            "KIP-98",
        ),
        ("cluster", "the cluster", ResourceType.BROKER, {"operation": AclOperation.DESCRIBE}, ""),
        ("deny", "a denial", ResourceType.TOPIC, {"permission": _DENY}, ""),
    )
)


def _upsert(site: Site, user: str, mechanism: ScramMechanism, password: str) -> None:
    site.made.users.add((user, mechanism.value))
    info = ScramCredentialInfo(mechanism, _ITERATIONS)
    change = UserScramCredentialUpsertion(user, info, password.encode())
    done(site.admin.alter_user_scram_credentials([change], request_timeout=SECONDS))


def _scram(site: Site, mechanism: ScramMechanism) -> Outcome:
    user = site.name(mechanism.name.lower().replace("_", "-"))
    _upsert(site, user, mechanism, secrets.token_urlsafe())

    def told() -> bool:
        try:
            asked: Any = site.admin.describe_user_scram_credentials([user], request_timeout=SECONDS)
            found = done(asked)
        except KafkaException:  # the user is not known yet
            return False
        return [one.iterations for one in found.scram_credential_infos] == [_ITERATIONS]

    return seen(comes(told), f"read back with {_ITERATIONS} iterations")


@probe(Area.SECURITY, "A SCRAM-SHA-256 user is made", "AlterUserScramCredentials (51), Describe… (50)", "KIP-554")
def scram_sha_256(site: Site) -> Outcome:
    return _scram(site, ScramMechanism.SCRAM_SHA_256)


@probe(Area.SECURITY, "A SCRAM-SHA-512 user is made", "AlterUserScramCredentials (51), Describe… (50)", "KIP-554")
def scram_sha_512(site: Site) -> Outcome:
    return _scram(site, ScramMechanism.SCRAM_SHA_512)


def _second_user(site: Site, what: str) -> dict[str, str] | None:
    """What librdkafka needs to be a new SCRAM user on a listener that takes one; None where there is none."""
    base = next(
        (found for name in ("SCRAM-SHA-512", "SCRAM-SHA-256") if (found := settings_of(site, name)) is not None), None
    )
    if base is None:
        return None
    user, password = site.name(what), secrets.token_urlsafe()
    _upsert(site, user, ScramMechanism[base["sasl.mechanism"].replace("-", "_")], password)
    return {**base, "sasl.username": user, "sasl.password": password}


_NO_LISTENER = "no listener of the case takes SCRAM: name one under target.listeners"


def _writes(site: Site, conf: dict[str, str], topic: str) -> str:
    """How a user's write goes: 'written', or the error's name."""
    producer = Producer({**conf, "message.timeout.ms": 5000})
    try:
        site.send(producer, topic, [b"v"])
    except KafkaException as error:
        return str(error.args[0].name())
    return "written"


@probe(
    Area.SECURITY, "Who has no ACL is kept out, who has one gets in", "Produce (0) by a new user, then CreateAcls (30)"
)
def acl_enforced(site: Site) -> Outcome:
    conf = _second_user(site, "acl-user")
    if conf is None:
        return not_tested(_NO_LISTENER)
    topic, user = site.topic("acl-enforced"), conf["sasl.username"]
    before = _writes(site, conf, topic)
    _add(site, _binding(site, ResourceType.TOPIC, topic, user=user, operation=AclOperation.WRITE))
    allowed = comes(lambda: _writes(site, conf, topic) == "written")
    return seen(before.endswith("AUTHORIZATION_FAILED") and allowed, f"before: {before}; after: written: {allowed}")


@probe(Area.SECURITY, "A denial goes before an allowance", "CreateAcls (30): ALLOW all topics, DENY one")
def acl_deny_first(site: Site) -> Outcome:
    conf = _second_user(site, "deny-user")
    if conf is None:
        return not_tested(_NO_LISTENER)
    topic, user = site.topic("acl-denied"), conf["sasl.username"]
    prefixed = {"pattern": ResourcePatternType.PREFIXED, "user": user, "operation": AclOperation.WRITE}
    _add(site, _binding(site, ResourceType.TOPIC, site.prefix, **prefixed))
    allowed = comes(lambda: _writes(site, conf, topic) == "written")
    _add(site, _binding(site, ResourceType.TOPIC, topic, user=user, operation=AclOperation.WRITE, permission=_DENY))
    denied = comes(lambda: _writes(site, conf, topic).endswith("AUTHORIZATION_FAILED"))
    return seen(allowed and denied, f"allowed: {allowed}; denied after the denial: {denied}")


def _quota(site: Site, entity: tuple[tuple[str, str], ...], key: str, value: float) -> None:
    site.made.quotas.add(entity)
    alter_quota(site, entity, key, value)


def alter_quota(site: Site, entity: tuple[tuple[str, str], ...], key: str, value: float | None) -> None:
    """Set a quota of an entity, or take it away with None; raises kafka.errors.KafkaError."""
    kind = AlterClientQuotasRequest.EntryData
    names = [kind.EntityData(entity_type=what, entity_name=name) for what, name in entity]
    change = kind.OpData(key=key, value=value or 0.0, remove=value is None)
    site.wire.ask(AlterClientQuotasRequest(entries=[kind(entity=names, ops=[change])], validate_only=False))


def _quotas(site: Site, entity: tuple[tuple[str, str], ...]) -> dict[str, float]:
    kind = DescribeClientQuotasRequest.ComponentData
    parts = [kind(entity_type=what, match_type=0, match=name) for what, name in entity]
    answer = site.wire.ask(DescribeClientQuotasRequest(components=parts, strict=True))
    return {value.key: value.value for entry in answer.entries or () for value in entry.values}


def _kept(site: Site, entity: tuple[tuple[str, str], ...], key: str, value: float) -> Outcome:
    _quota(site, entity, key, value)
    there = comes(lambda: _quotas(site, entity).get(key) == value)
    return seen(there, f"{key} read back as {_quotas(site, entity).get(key)}")


@probe(Area.SECURITY, "A quota of a client id is set", "AlterClientQuotas (49), DescribeClientQuotas (48)", "KIP-546")
def quota_client(site: Site) -> Outcome:
    return _kept(site, (("client-id", site.name("quota-client")),), "consumer_byte_rate", 1_000_000.0)


@probe(Area.SECURITY, "A quota of a user is set", "AlterClientQuotas (49): user", "KIP-546")
def quota_user(site: Site) -> Outcome:
    return _kept(site, (("user", site.name("quota-user")),), "request_percentage", 50.0)


@probe(Area.SECURITY, "A quota on making topics is set", "AlterClientQuotas (49): controller_mutation_rate", "KIP-599")
def quota_mutations(site: Site) -> Outcome:
    return _kept(site, (("user", site.name("quota-mutations")),), "controller_mutation_rate", 10.0)


@probe(Area.SECURITY, "A producer above its quota is slowed down", "Produce (0) above producer_byte_rate", "KIP-219")
def quota_effect(site: Site) -> Outcome:
    topic, client = site.topic("quota"), site.name("throttled")
    entity = (("client-id", client),)
    _quota(site, entity, "producer_byte_rate", 10_000.0)
    comes(lambda: "producer_byte_rate" in _quotas(site, entity))
    waits: list[float] = []
    conf = {
        **site.settings.librdkafka,
        "client.id": client,
        "throttle_cb": lambda event: waits.append(event.throttle_time),
    }
    producer = Producer(conf)

    def slowed() -> bool:
        site.send(producer, topic, [b"x" * 10_000] * 3)
        return bool(waits)

    came = comes(slowed)
    return seen(came, f"throttled for {max(waits, default=0):.1f} s at 10,000 bytes a second")


@probe(
    Area.SECURITY,
    "A delegation token is issued and ended",
    "CreateDelegationToken (38), ExpireDelegationToken (40)",
    "KIP-48",
)
def delegation_token(site: Site) -> Outcome:
    from poc.compat.messages import CreateDelegationTokenRequest, ExpireDelegationTokenRequest  # noqa: PLC0415  # slow to import

    token = site.wire.ask(CreateDelegationTokenRequest(renewers=[], max_lifetime_ms=_TOKEN_MS, version=2))
    ending = ExpireDelegationTokenRequest(hmac=token.hmac, expiry_time_period_ms=-1, version=2)
    # A broker knows a token a moment after the controller.
    ended = comes(lambda: site.wire.send(ending).error_code == 0)
    return seen(ended, f"issued; ended at once: {ended}")


@probe(
    Area.SECURITY, "The cluster tells which metrics it wants of clients", "GetTelemetrySubscriptions (71)", "KIP-714"
)
def telemetry(site: Site) -> Outcome:
    from poc.compat.messages import GetTelemetrySubscriptionsRequest  # noqa: PLC0415  # slow to import

    if _TELEMETRY not in site.offered:
        return refused("the broker does not offer it, as it has no reporter that takes clients' metrics")
    request = GetTelemetrySubscriptionsRequest(client_instance_id=uuid.UUID(int=0), version=0)
    answer = site.wire.ask(request)
    if not answer.accepted_compression_types:
        return no_effect("no codec is accepted")
    return supported(f"{len(answer.requested_metrics)} metrics every {answer.push_interval_ms / 1000:.0f} s")
