"""A small crowd and a few lines go through the bench's own processes."""

from __future__ import annotations

import subprocess

import pytest

from bench import arrivals, crowd, simulate
from bench.alone import alone
from bench.networks import Networks
from bench.principals import Crowd


def test_a_small_crowd_is_derived_in_a_process_of_its_own() -> None:
    made = crowd.measure(Crowd(200, 60))
    assert made.crowd == Crowd(200, 60)
    assert made.edges > 200
    assert 0 < made.cpu < 30
    assert 10_000_000 < made.peak < 1 << 30


def test_small_networks_are_asked_what_arrives_in_a_process_of_their_own() -> None:
    made = arrivals.measure(Networks(interfaces=400, groups=40, subnets=8, vpcs=4, gateways=2))
    assert made.paths > 20
    assert 0 < made.cpu < 30


def test_a_few_lines_are_simulated_in_a_process_of_their_own() -> None:
    rates = simulate.measure(50)
    assert min(rates.shared, rates.new) > 0


def test_every_line_that_is_simulated_gets_a_decision() -> None:
    answers = list(simulate.simulate(simulate.lines(50, sets=5)))
    assert len(answers) == 50
    assert not [answer for answer in answers if "error" in answer]


def test_what_fails_in_its_own_process_fails_the_bench(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        alone("bench.crowd", {"principals": "many", "policies": 1})
    assert "TypeError" in capfd.readouterr().err
