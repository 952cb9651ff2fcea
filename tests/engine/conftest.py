from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployment import ACCOUNT, REGION

from bench.engine import Engine, NoEngineError, find
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import emulator
from stacks.rehearsal.provider import AwsProvider
from stacks.rehearsal.provider_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # A program that fails inside the tests' own process leaves its event loop to the garbage collector.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Every test clears up what it left to the garbage collector, so that no later test is blamed for it."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def engine() -> Engine:
    try:
        return find()
    except NoEngineError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@contextmanager
def an_account() -> Iterator[tuple[Cloud, dict[str, str]]]:
    with emulator(ACCOUNT, REGION) as running:
        cloud = Cloud(running.environment, ACCOUNT, REGION)
        with serving(AwsProvider(cloud)) as variables:
            yield cloud, variables


@pytest.fixture(scope="module")
def account(engine: Engine) -> Iterator[tuple[Cloud, dict[str, str]]]:
    """An account that one module's tests share, and what sends the engine to it."""
    with an_account() as there:
        yield there
