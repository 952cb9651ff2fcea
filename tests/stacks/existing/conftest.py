"""The settings of the stacks existing-vpc and bring-your-own, and accounts in which what they name is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stacks.rehearsal import surroundings
from stacks.rehearsal.emulator import emulator
from stacks.stack_files import load_stack_file, rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings


@pytest.fixture(scope="session")
def stack_with() -> Callable[[str], Callable[..., Settings]]:
    """The settings of a stack by name, with some parts of its groups changed."""
    return changed


@pytest.fixture(scope="session")
def furnish() -> Callable[[Settings], Iterator[Emulator]]:
    """An embedded AWS with what given settings name, as `account` is one for a module's."""
    return furnished


@pytest.fixture(scope="session")
def settings_with() -> Callable[..., Settings]:
    """The stack's settings, with some parts of its groups changed: ``network={"nat": "none"}``."""
    return changed("existing-vpc")


@pytest.fixture(scope="session")
def own_with() -> Callable[..., Settings]:
    """The settings of bring-your-own, with some parts of its groups changed."""
    return changed("bring-your-own")


def changed(stack: str) -> Callable[..., Settings]:
    stored, _ = load_stack_file(stack_file(stack))

    def make(**changes: Any) -> Settings:
        merged = {
            name: {**stored.get(name, {}), **change} if isinstance(change, dict) else change
            for name, change in changes.items()
        }
        return rehearsed_settings(stack_file(stack), merged)[0]

    return make


@pytest.fixture(scope="session")
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with()


@pytest.fixture(scope="module")
def account(settings: Settings) -> Iterator[Emulator]:
    """An embedded AWS with what the settings name, to which boto3's own environment leads."""
    yield from furnished(settings)


@pytest.fixture(scope="module")
def own_account(own_with: Callable[..., Settings]) -> Iterator[Emulator]:
    """The same for bring-your-own."""
    yield from furnished(own_with())


def furnished(settings: Settings) -> Iterator[Emulator]:
    with emulator(settings.aws_account_id, settings.region) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        surroundings.make(surroundings.of(settings), running)
        yield running
