"""What a judgement was made with: the kit, Python and the libraries that the kit asks for."""

from __future__ import annotations

import platform
import re
from functools import cache
from importlib import metadata

KIT = "automq-byoc-kit"


@cache
def versions() -> dict[str, str]:
    """Name to version of what is installed; extras are left out, since no verdict rests on them."""
    asked = (text for text in metadata.requires(KIT) or () if "extra ==" not in text)
    names = sorted({found.group().lower() for text in asked if (found := re.match(r"[\w.-]+", text))})
    installed = {name: metadata.version(name) for name in names}
    return {KIT: metadata.version(KIT), "python": platform.python_version(), **installed}


def changed(then: dict[str, str], now: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What is of another version now, with both; one that is not there is ``none``."""
    names = [KIT, *sorted((then.keys() | now.keys()) - {KIT})]
    both = {name: (then.get(name, "none"), now.get(name, "none")) for name in names}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}
