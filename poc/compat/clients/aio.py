"""aiokafka."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider

if TYPE_CHECKING:
    from poc.compat.settings import TokenProvider
    from poc.compat.site import Site

_SECONDS = 25


class _Tokens(AbstractTokenProvider):  # type: ignore[misc]  # it ships no types
    """A provider of tokens as aiokafka wants it."""

    def __init__(self, provider: TokenProvider) -> None:
        self._provider = provider

    async def token(self) -> str:
        return await asyncio.to_thread(self._provider.token)


def round_trip(site: Site, topic: str, group: str, records: int) -> int:
    """Write, read by the group, commit; how many records were committed."""
    return asyncio.run(_run(_options(site), topic, group, records, None))


def transaction(site: Site, topic: str, group: str, records: int) -> int:
    """The same within a transaction."""
    return asyncio.run(_run(_options(site), topic, group, records, site.name("aiokafka")))


def _options(site: Site) -> dict[str, Any]:
    options = dict(site.settings.python)
    if "sasl_oauth_token_provider" in options:
        options["sasl_oauth_token_provider"] = _Tokens(options["sasl_oauth_token_provider"])
    return options


async def _run(options: dict[str, Any], topic: str, group: str, records: int, transactional_id: str | None) -> int:
    producer = AIOKafkaProducer(**options, **({"transactional_id": transactional_id} if transactional_id else {}))
    await producer.start()
    try:
        if transactional_id:
            async with producer.transaction():
                await _write(producer, topic, records)
        else:
            await _write(producer, topic, records)
    finally:
        await producer.stop()
    level = "read_committed" if transactional_id else "read_uncommitted"
    return await _read(options, topic, group, records, level)


async def _write(producer: Any, topic: str, records: int) -> None:
    sent = [await producer.send(topic, str(number).encode()) for number in range(records)]
    await asyncio.wait_for(asyncio.gather(*sent), _SECONDS)


async def _read(options: dict[str, Any], topic: str, group: str, records: int, level: str) -> int:
    consumer = AIOKafkaConsumer(
        topic, **options, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, isolation_level=level
    )
    await consumer.start()
    try:
        count, end = 0, asyncio.get_running_loop().time() + _SECONDS
        while count < records and asyncio.get_running_loop().time() < end:
            count += sum(map(len, (await consumer.getmany(timeout_ms=500)).values()))
        await consumer.commit()
        offsets = [await consumer.committed(partition) for partition in consumer.assignment()]
        return min(count, sum(offset or 0 for offset in offsets))
    finally:
        await consumer.stop()
