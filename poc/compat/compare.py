"""Source and target probed at the same time, joined into the matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from poc.compat.known import product_name
from poc.compat.matrix import Compatibility, Result, Side
from poc.compat.run import RUN_SECONDS, all_probes, clean, opened, run
from poc.compat.site import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from poc.case.clients import Clients
    from poc.case.cluster import Cluster
    from poc.compat.probe import Probe
    from poc.compat.site import Site


def compare(  # noqa: PLR0913, PLR0917  # what a run is made of
    case: str,
    target: Cluster,
    source: Cluster | None,
    clients: Clients,
    prefix: str,
    fetch: Callable[[str], str],
    only: Sequence[str] = (),
    seconds: float = RUN_SECONDS,
) -> Compatibility:
    """Probe a target, and a source beside it; ``only`` are shell patterns of probes' ids, all where there are none.

    Raises BrokerError before anything is made where one does not answer, UsageError where nothing is to be asked.
    """
    chosen = [one for one in all_probes(clients) if not only or any(fnmatchcase(one.id, name) for name in only)]
    if not chosen:
        raise UsageError(f"no probe is called {' or '.join(only)}: docs/compatibility.md names them")
    with opened(target, clients, prefix, fetch) as here:
        if source is None:
            return Compatibility.of(case, chosen, _side(here, chosen, seconds), None)
        with opened(source, clients, prefix, fetch) as there, ThreadPoolExecutor(2) as pool:
            if _addresses(here) & _addresses(there):
                raise UsageError("source and target are the same cluster: name two, or leave the source out")
            sides = [pool.submit(_side, site, chosen, seconds) for site in (here, there)]
            return Compatibility.of(case, chosen, sides[0].result(), sides[1].result())


def _addresses(site: Site) -> set[str]:
    return {f"{one.host}:{one.port}" for one in site.admin.list_topics(timeout=SECONDS).brokers.values()}


def _side(site: Site, chosen: Sequence[Probe], seconds: float) -> tuple[Side, dict[str, Result]]:
    try:
        results = run(site, chosen, seconds)
    finally:
        left = clean(site)
    return _described(site, left), results


def _described(site: Site, left: tuple[str, ...]) -> Side:
    known = site.admin.list_topics(timeout=SECONDS)
    return Side(
        product=product_name(site.offered, site.features, site.wire.cluster_id()),
        stated=site.cluster.platform,
        bootstrap=site.cluster.bootstrap,
        cluster_id=site.wire.cluster_id() or "unknown",
        brokers=len(known.brokers),
        features=dict(sorted(site.features.items())),
        api_keys={str(key): versions for key, versions in sorted(site.offered.items())},
        prefix=site.prefix,
        left_behind=left,
    )
