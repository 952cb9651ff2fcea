"""Where the console's image is mirrored to, in the account's own registry: pure names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.layout import Names


def console_repository(names: Names) -> str:
    """The repository."""
    return names.repository("console")


def console_mirror(names: Names) -> str:
    """Registry and repository, as an image's name begins."""
    return f"{names.account}.dkr.ecr.{names.region}.{names.dns_suffix}/{console_repository(names)}"
