"""The accounts of a walk: the caller's own, and those that roles open. Clients are made once and shared by threads."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from audit.collect.access import access_error, no_region, not_taken, unknown_region
from audit.collect.codes import FAILURES, GARBLED, code_of
from audit.collect.guard import guard
from audit.model.arn import Arn
from audit.model.errors import AccessError, UsageError
from audit.model.snapshot import AccountEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSRequest

    from audit.collect.request import WalkRequest

_CONNECT_SECONDS = 5
_READ_SECONDS = 60
_FIRST_ATTEMPTS = 2


@dataclass
class Account:
    """An account that was entered: its id and a client for each (service, region)."""

    id: str
    session: boto3.Session
    request: WalkRequest
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, region: str) -> Any:
        """The client, made at first use; a session is not safe between threads, its clients are."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = _client(self.session, self.request, service, region)
            return self._clients[service, region]


@dataclass(frozen=True)
class Entrance:
    """Who asks, where, and which accounts opened; an account that did not open stands in ``entries`` alone."""

    caller: dict[str, str]
    partition: str
    regions: tuple[str, ...]
    accounts: tuple[Account, ...]
    entries: tuple[AccountEntry, ...]


def enter(request: WalkRequest, allowed: frozenset[str]) -> Entrance:
    """Enter the primary account and join the further ones; raises AccessError when the primary does not open.

    The caller's own account is the primary one. Where a role opens the contract's account instead, that is, and the
    caller's is only the way in: who audits from a security account need not be able to read that.
    """
    try:
        session = _session(request)
        regions = _regions(request, session)
        guard(session, allowed)
        caller = _caller(session, request, regions[0])
    except (*FAILURES, *GARBLED, ValueError) as error:
        raise access_error(error) from error
    accounts: dict[str, Account] = {}
    entries: dict[str, AccountEntry] = {}
    aim = request.contract.account if request.contract else caller["Account"]
    roles = sorted(_roles(request.roles), key=lambda role: role.account != aim)
    if caller["Account"] == aim or not any(role.account == aim for role in roles):
        accounts[caller["Account"]] = Account(caller["Account"], session, request)
        entries[caller["Account"]] = AccountEntry(id=caller["Account"])
    for role in roles:
        if role.account not in entries:
            opened = _assume(session, role, request, regions[0])
            if isinstance(opened, AccountEntry):
                if role.account == aim:
                    raise not_taken(role, opened, request.external_id)
                entries[role.account] = opened
                continue
            guard(opened, allowed)
            accounts[role.account] = Account(role.account, opened, request)
            entries[role.account] = AccountEntry(id=role.account)
    partition = Arn.parse(caller["Arn"]).partition
    return Entrance(caller, partition, regions, tuple(accounts.values()), tuple(entries.values()))


def _session(request: WalkRequest) -> boto3.Session:
    given = request.credentials
    return boto3.Session(
        aws_access_key_id=given.access_key if given else None,
        aws_secret_access_key=given.secret_key if given else None,
        aws_session_token=given.token if given else None,
        profile_name=request.profile,
        region_name=request.regions[0] if request.regions else None,
    )


def _regions(request: WalkRequest, session: boto3.Session) -> tuple[str, ...]:
    contracted = (request.contract.region,) if request.contract else ()
    regions = request.regions or contracted or ((session.region_name,) if session.region_name else ())
    if not regions:
        raise no_region()
    known = set(_known_regions(session))
    for region in regions:
        if region not in known:
            raise unknown_region(region)
    return tuple(dict.fromkeys(regions))


def _known_regions(session: boto3.Session) -> Iterator[str]:
    for partition in session.get_available_partitions():
        yield from session.get_available_regions("ec2", partition)


def _caller(session: boto3.Session, request: WalkRequest, region: str) -> dict[str, str]:
    client = _client(session, request, "sts", region, min(_FIRST_ATTEMPTS, request.attempts))
    answer = client.get_caller_identity()
    caller = {key: answer.get(key) for key in ("Account", "Arn", "UserId")}
    if not all(caller.values()):
        raise AccessError(
            f"{client.meta.endpoint_url} answered GetCallerIdentity without an account: "
            "it is no AWS endpoint, check AWS_ENDPOINT_URL"
        )
    return caller


def _roles(texts: tuple[str, ...]) -> Iterator[Arn]:
    for text in texts:
        try:
            role = Arn.parse(text)
        except ValueError as error:
            raise UsageError(f"{error}: pass the ARN of a role to assume") from error
        if role.service != "iam" or role.kind != "role" or not role.account:
            raise UsageError(f"{text} names no IAM role: pass an ARN whose resource is role/NAME")
        yield role


def _assume(session: boto3.Session, role: Arn, request: WalkRequest, region: str) -> boto3.Session | AccountEntry:
    external = {"ExternalId": request.external_id} if request.external_id else {}
    try:
        client = _client(session, request, "sts", region)
        answer = client.assume_role(RoleArn=str(role), RoleSessionName=request.session_name, **external)
    except ParamValidationError as error:
        raise UsageError(
            f"{role} cannot be asked for as given ({' '.join(str(error).split())}): "
            "mend --assume-role, --external-id or --session-name"
        ) from error
    except FAILURES as error:
        return AccountEntry(id=role.account, unreadable={"code": code_of(error), "permission": "sts:AssumeRole"})
    given = answer["Credentials"]
    return boto3.Session(
        given["AccessKeyId"],
        given["SecretAccessKey"],
        given["SessionToken"],
        region_name=region,
        botocore_session=_sharing_models(session),
    )


def _sharing_models(session: boto3.Session) -> botocore.session.Session:
    """A fresh botocore session with the loader of another: the models of services are large, and read once."""
    fresh = botocore.session.get_session()
    loader = session._session.get_component("data_loader")  # noqa: SLF001  # boto3 offers no other way to its loader
    fresh.register_component("data_loader", loader)
    return fresh


def _client(
    session: boto3.Session, request: WalkRequest, service: str, region: str, attempts: int | None = None
) -> Any:
    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": attempts or request.attempts},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=request.workers,
        # An endpoint of one's own rarely has a name for each bucket.
        s3={"addressing_style": "path" if _own_endpoint(request) else "auto"},
    )
    # boto3's client() is typed one service at a time.
    make: Any = session.client
    client = make(service, region_name=region, endpoint_url=request.endpoint_url, config=config)
    if service == "s3control":
        client.meta.events.register("before-sign.s3-control", _without_account_host)
    return client


def _own_endpoint(request: WalkRequest) -> bool:
    return bool(request.endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3"))


def _without_account_host(request: AWSRequest, **_: Any) -> None:
    """Botocore puts the account before the host; only AWS's own s3-control hosts have such names."""
    url = urlsplit(str(request.url))
    account, _dot, host = url.netloc.partition(".")
    if account.isdecimal() and len(account) == len("123456789012") and "s3-control" not in host:
        request.url = urlunsplit(url._replace(netloc=host))
