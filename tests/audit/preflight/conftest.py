from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from preflights import EVERYTHING, Cloud

from cli import rehearsing, walking
from stacks.declared import reading
from stacks.intended import intended
from stacks.rehearsal.emulator import emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen


@pytest.fixture(scope="session")
def poc_intent() -> Intended:
    """What the stack poc makes, by its own program."""
    with walking.progress_bar() as bar:
        settings, sampled, states = rehearsing.declare("poc", {}, bar)
    return intended(reading.rehearsed(states, "poc"), settings, sampled=sampled)


@pytest.fixture(scope="module")
def cloud(poc_intent: Intended) -> Iterator[Cloud]:
    """An account with nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with emulator(poc_intent.account, poc_intent.region) as running:
            yield Cloud(running, poc_intent)


@pytest.fixture(scope="module")
def admin(cloud: Cloud) -> Seen:
    """The empty account, asked by somebody who may do everything."""
    return cloud.asked(cloud.user(EVERYTHING))
