"""``byoc permissions``: the read-only IAM policy that the audit needs."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("permissions")(permissions)


def permissions(
    partition: Annotated[str, typer.Option(help="aws, aws-cn or aws-us-gov.")] = "aws",
) -> None:
    """Print the read-only IAM policy that the audit needs, generated from its rows."""
    from audit.collect.permissions import read_only_policy  # noqa: PLC0415 a command imports its rooms when it runs
    from audit.services import rows  # noqa: PLC0415 the same
    from cli.folder import dump  # noqa: PLC0415 the same

    typer.echo(dump(read_only_policy(rows().values(), partition)), nl=False)
