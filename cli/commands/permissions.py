"""``byoc permissions``: the read-only IAM policy that the audit needs."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("permissions")(permissions)


def permissions() -> None:
    """Print the read-only IAM policy that the audit needs, generated from its rows."""
    from audit.collect.permissions import read_only_policy
    from audit.services import rows
    from cli.folder import dump

    typer.echo(dump(read_only_policy(rows().values())), nl=False)
