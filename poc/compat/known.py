"""What is known to differ, as data: differences.yaml."""

from __future__ import annotations

from datetime import date  # noqa: TC003  # pydantic reads the annotation when it builds the model
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from poc.compat.probe import State  # noqa: TC001  # the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from poc.compat.wire import Wire


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Difference(_Data):
    """A probe's state as it was seen before, how it was seen, and what is behind it."""

    probe: str
    state: State
    seen: Literal["run", "source", "documentation"]
    what: str


class Restriction(_Data):
    """A fixed limit that no probe tries, and where it is told."""

    what: str
    source: str


class Product(_Data):
    """What is known of one product, at one commit; ``vendor_keys`` are ranges of API keys of its own."""

    product: str
    commit: str
    date: date
    differences: tuple[Difference, ...]
    restrictions: tuple[Restriction, ...]
    vendor_keys: tuple[tuple[int, int], ...]
    feature: str | None

    def of(self, probe: str) -> Difference | None:
        """What is known of a probe."""
        return next((one for one in self.differences if one.probe == probe), None)


@cache
def products() -> tuple[Product, ...]:
    """Every product of which something is known."""
    text = resources.files("poc.compat").joinpath("differences.yaml").read_text("utf-8")
    return tuple(Product.model_validate(one) for one in yaml.safe_load(text))


_HIGHEST = 92
"""The highest API key of Apache Kafka 4.1; vendors number theirs above."""


def product_name(keys: Iterable[int], features: Mapping[str, int], cluster_id: str) -> str:
    """What brokers themselves show that they are, never what a case says; without a vendor's marks, Apache Kafka."""
    own = {key for key in keys if key > _HIGHEST}
    for one in products():
        if one.feature in features or any(low <= key <= high for key in own for low, high in one.vendor_keys):
            return one.product
    if cluster_id.startswith("lkc-"):
        return "Confluent Cloud"
    return f"a Kafka with API keys of its own ({', '.join(map(str, sorted(own)))})" if own else "Apache Kafka"


def product_of(wire: Wire) -> str:
    """The same, asked of a broker; raises kafka-python's errors where it does not answer."""
    told = wire.api_versions()
    features = {one.name: one.max_version_level for one in told.finalized_features or ()}
    return product_name([one.api_key for one in told.api_keys], features, wire.cluster_id())


def known_of(product: str) -> Product | None:
    """What is known of a product by its name."""
    return next((one for one in products() if one.product == product), None)
