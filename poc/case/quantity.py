"""Amounts with their unit: bytes, rates, times, money. A number without a unit is refused, never guessed.

In a section's model they are ``Bytes`` (int), ``BytesPerSecond`` (float), ``Seconds`` (float) and ``Money``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_serializer, model_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = r"\d{1,15}(?:\.\d{1,12})?"
_AMOUNT = re.compile(rf"({_NUMBER})\s*([A-Za-zµ$€£%/]*)")
SIZES: Mapping[str, int] = {
    **{unit: 1000**power for power, unit in enumerate(("B", "kB", "MB", "GB", "TB", "PB"))},
    **{unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB", "PiB"), 1)},
}
"""Bytes in a unit: kB to PB by thousands, KiB to PiB by 1,024."""
RATES: Mapping[str, int] = {f"{unit}/s": size for unit, size in SIZES.items()}
TIMES: Mapping[str, float] = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400}
"""Seconds in a unit; months and years are none, as they differ in length."""


def _amount(value: Any, units: Mapping[str, float], what: str, sample: str) -> Decimal:
    text = str(value).strip()
    found = _AMOUNT.fullmatch(text)
    if isinstance(value, bool) or found is None:
        raise ValueError(f"{text!r} is no {what}: write it like {sample}")
    number, unit = found.groups()
    if not unit:
        raise ValueError(f"{text} has no unit: write it like {sample}, in one of {', '.join(units)}")
    if unit not in units:
        raise ValueError(f"{text} has the unit {unit}, which is not known: write one of {', '.join(units)}")
    return Decimal(number) * Decimal(str(units[unit]))


def size(value: Any) -> int:
    """The bytes of a text such as ``10 GiB``; raises ValueError, as the others do, for what has no known unit."""
    return round(_amount(value, SIZES, "size", "10 GiB"))


def rate(value: Any) -> float:
    """The bytes a second of a text such as ``20 MiB/s``."""
    return float(_amount(value, RATES, "rate", "20 MiB/s"))


def duration(value: Any) -> float:
    """The seconds of a text such as ``7 d``."""
    return float(_amount(value, TIMES, "time", "7 d"))


def _schema(units: Mapping[str, float], sample: str) -> WithJsonSchema:
    pattern = rf"^{_NUMBER} *({'|'.join(units)})$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [sample]})


Bytes = Annotated[int, BeforeValidator(size), _schema(SIZES, "10 GiB")]
BytesPerSecond = Annotated[float, BeforeValidator(rate), _schema(RATES, "20 MiB/s")]
Seconds = Annotated[float, BeforeValidator(duration), _schema(TIMES, "7 d")]

_MONEY = re.compile(r"(\d{1,15}(?:\.\d{1,12})?)\s*([A-Z]{3})")


class Money(BaseModel):
    """An amount of a currency (ISO 4217), written ``0.05 USD``; amounts of two currencies never meet."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={"type": "string", "pattern": f"^{_NUMBER} *[A-Z]{{3}}$", "properties": {}}
    )

    amount: Decimal
    currency: str

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        found = _MONEY.fullmatch(str(value).strip())
        if found is None:
            raise ValueError(f"{value!r} is no amount of money: write number and currency, like 0.05 USD")
        return {"amount": Decimal(found[1]), "currency": found[2]}

    @model_serializer
    def _written(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency}"
