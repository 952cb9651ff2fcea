from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import Emulator, emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111122223333"
REGION = "eu-west-1"


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with emulator(ACCOUNT, REGION) as started:
        yield started


@pytest.fixture(scope="session")
def cloud(running: Emulator) -> Cloud:
    return Cloud(running.environment, ACCOUNT, REGION)
