"""``byoc requests``: what the owners of networks, keys and buckets must do for a stack, ready to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import Format, Output

if TYPE_CHECKING:
    from stacks.requests import Request
    from stacks.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("requests")(requests)


def requests(
    stack: Annotated[str, typer.Argument(help="The stack: the STACK of stacks/Pulumi.STACK.yaml.")],
    *,
    ops_bucket: Annotated[
        str | None,
        typer.Option("--ops-bucket", help="The ops bucket's name, where automq_config, which has it, is encrypted."),
    ] = None,
    s3_endpoint: Annotated[
        str | None,
        typer.Option("--s3-endpoint", help="The S3 endpoint that the stack made, for the policies of named buckets."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Print what the owners of all that a stack names must do, with policies to paste."""
    from cli.folder import dump
    from stacks import requests as asking
    from stacks import stack_files

    settings, sampled = stack_files.stack_settings(stack)
    found = asking.requests(_with_bucket(settings, ops_bucket), s3_endpoint)
    if sampled and ops_bucket is None and any(request.names_ops_bucket for request in found):
        raise UsageError(
            "a policy names the ops bucket, which automq_config has and a stack's file does not hold "
            "in clear: say --ops-bucket NAME"
        )
    if output is Format.JSON:
        typer.echo(dump([request.to_json() for request in found]), nl=False)
        return
    typer.echo(f"{stack} names nothing of another team: there is nothing to ask for" if not found else _text(found))


def _with_bucket(settings: Settings, name: str | None) -> Settings:
    from dataclasses import replace

    if name is None:
        return settings
    return settings.model_copy(update={"automq_config": replace(settings.automq_config, ops_bucket=name)})


def _text(found: tuple[Request, ...]) -> str:
    return "\n\n".join(_one(number, request) for number, request in enumerate(found, 1))


def _one(number: int, request: Request) -> str:
    import json
    import textwrap

    words = (f"Please {request.action}.", f"Why: {request.why}.")
    whole = textwrap.TextWrapper(
        110, initial_indent="   ", subsequent_indent="   ", break_on_hyphens=False, break_long_words=False
    )
    lines = [whole.fill(text) for text in words]
    head = f"{number}. To {request.to}: {request.setting}\n   {request.subject}"
    document = () if request.document is None else ("", json.dumps(request.document, indent=2))
    return "\n".join((head, *lines, *document))
