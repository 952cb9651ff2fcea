"""Confluent's own services, by their REST APIs, one row of endpoints.yaml each. Read-only: nothing but GET is sent."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urljoin, urlsplit

import httpx
import jmespath
import yaml
from pydantic import BaseModel, ConfigDict

from poc.case.secret import resolve
from poc.inventory.model import Move, Service, Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from poc.case.cluster import Cluster, Login

SECONDS = 20
_MOST_PAGES = 200
_OK = 200


class Endpoint(BaseModel):
    """One listing of a REST API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    at: Literal["cloud", "cluster", "registry", "connect"]
    path: str
    items: str
    name: str
    move: Move
    note: str


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """The table endpoints.yaml."""
    text = resources.files("poc.inventory").joinpath("endpoints.yaml").read_text("utf-8")
    return tuple(Endpoint.model_validate(one) for one in yaml.safe_load(text))


def read(cluster: Cluster, rest: str | None, fetch: Callable[[str], str]) -> tuple[list[Service], list[Unseen]]:
    """What each service lists, and what could not be asked; ``rest`` is the address of the cluster's own REST API."""
    found: list[Service] = []
    unseen: list[Unseen] = []
    for one in endpoints():
        where = _where(one, cluster, rest)
        if isinstance(where, str):
            unseen.append(Unseen(what=one.service, why=where))
            continue
        address, login = where
        secret = (login.username, resolve(login.password, fetch)) if login else None
        with httpx.Client(auth=secret, timeout=SECONDS) as client:
            try:
                names = list(_names(client, address, one))
            except (httpx.HTTPError, ValueError) as error:
                unseen.append(Unseen(what=one.service, why=why(error)))
                continue
        found += [Service(service=one.service, name=name, move=one.move, note=one.note) for name in names]
    return found, unseen


def _where(one: Endpoint, cluster: Cluster, rest: str | None) -> tuple[str, Login | None] | str:
    """The address to ask and who asks; or why it cannot be asked."""
    if one.at in {"registry", "connect"}:
        service = cluster.registry if one.at == "registry" else cluster.connect
        if service is None:
            return f"the case names no {one.at}: add source.{one.at} to poc.yaml, if there is one"
        return service.url.rstrip("/") + one.path, service.login
    cloud = cluster.confluent
    if cloud is None:
        return "the case has no key of Confluent Cloud: add source.confluent to poc.yaml, if it runs there"
    crn = f"crn://confluent.cloud/organization=*/environment={cloud.environment}*"
    path = one.path.format(environment=cloud.environment, cluster=cloud.cluster, crn=quote(crn, safe=""))
    if one.at == "cloud":
        return cloud.url.rstrip("/") + path, cloud.login
    if cloud.cluster_login is None or rest is None:
        return "the case has no key of the cluster itself: add source.confluent.cluster_login"
    return rest.rstrip("/") + path, cloud.cluster_login


def _names(client: httpx.Client, address: str, one: Endpoint) -> Iterator[str]:
    """The names of what is listed."""
    for body in pages(client, address):
        for item in jmespath.search(one.items, body) or []:
            yield str(jmespath.search(one.name, item))


def pages(client: httpx.Client, address: str) -> Iterator[Any]:
    """What is listed, page by page; raises ValueError for a next page elsewhere than the first, httpx.HTTPError."""
    first, count = urlsplit(address), 0
    following: str | None = address
    while following and count < _MOST_PAGES:
        answer = client.get(following)
        answer.raise_for_status()
        body = answer.json()
        yield body
        after = body.get("metadata", {}).get("next") if isinstance(body, dict) else None
        following = urljoin(address, after) if after else None
        if following and urlsplit(following).netloc != first.netloc:
            raise ValueError(f"a next page at {urlsplit(following).netloc}, to which no key is sent")
        count += 1


def rest_address(cluster: Cluster, fetch: Callable[[str], str]) -> str | None:
    """The address of the cluster's own REST API, as Confluent Cloud tells it; None where it cannot be known."""
    cloud = cluster.confluent
    if cloud is None or cloud.cluster_login is None:
        return None
    address = f"{cloud.url.rstrip('/')}/cmk/v2/clusters/{cloud.cluster}?environment={cloud.environment}"
    try:
        answer = httpx.get(
            address, auth=(cloud.login.username, resolve(cloud.login.password, fetch)), timeout=SECONDS
        ).raise_for_status()
        told: Any = jmespath.search("spec.http_endpoint", answer.json())
    except (httpx.HTTPError, ValueError):
        return None
    return str(told) if told else None


def why(error: Exception) -> str:
    """What went wrong, without what was sent."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.url.path} answered {error.response.status_code}: not there, or not for this key"
    return f"{type(error).__name__}: {error}"
