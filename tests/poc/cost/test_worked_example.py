"""The worked example of docs/poc-cost.md, which the model must agree with to the cent."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from poc.case.model import Case
from poc.cost.model import Model, once
from poc.cost.resolve import resolve

if TYPE_CHECKING:
    from poc.cost.line import Bill

PAGE = (Path(__file__).parents[3] / "docs" / "poc-cost.md").read_text("utf-8").partition("## A worked example")[2]
ROW = re.compile(r"^\| (?P<name>[^|]+?) \|[^|]*\| (?P<usd>[\d,]+\.\d\d) \|$", re.MULTILINE)


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def table(side: str) -> dict[str, Decimal]:
    text = PAGE.partition(f"| {side} | How |")[2].partition("\n\n")[0]
    return {row["name"]: Decimal(row["usd"].replace(",", "")) for row in ROW.finditer(text)}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "poc.yaml").write_text(block("yaml"), "utf-8")
    (tmp_path / "price-list.json").write_text(block("json"), "utf-8")
    case = Case.read(tmp_path / "poc.yaml")
    assert case.prices is not None
    return resolve(case, case.prices, tmp_path).model


def charged(bill: Bill) -> dict[str, Decimal | None]:
    return {line.name: line.usd for line in bill.lines} | {"Sum": bill.usd}


def test_confluents_side_agrees_to_the_cent(model: Model) -> None:
    assert len(table("Confluent")) == 9
    assert charged(model.confluent()) == table("Confluent")


def test_automqs_side_agrees_to_the_cent(model: Model) -> None:
    assert len(table("AutoMQ")) == 21
    assert charged(model.automq()) == table("AutoMQ")


def test_what_the_move_costs_once_agrees_to_the_cent(model: Model) -> None:
    said = [Decimal(text.replace(",", "")) for text in re.findall(r"= ([\d,]+\.\d\d) (?:for|while)", PAGE)]
    assert [amount.quantize(Decimal("0.01")) for _, amount, _ in once(model) if amount is not None] == said
