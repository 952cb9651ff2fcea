"""Runs one of the programs beside this file without any cloud, and prints it as Pulumi would export or preview it."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from pulumi.runtime.mocks import MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from stacks.rehearsal.monitor import Monitor

sys.path.insert(0, str(Path(__file__).parent))


class Nothing(Mocks):
    """A cloud of which every resource has an id and an ARN as a deployment would give them, or none yet."""

    def __init__(self, *, preview: bool) -> None:
        self._preview = preview

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if self._preview:
            return None, args.inputs
        place = args.typ.split(":")[1].partition("/")[0]
        name = f"{args.name}-1a2b3c4"
        return name, {"name": name, **args.inputs, "arn": f"arn:aws:{place}:::{name}"}

    def call(self, args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return {}, []


async def states(program: str, *, preview: bool) -> list[dict[str, Any]]:
    door = Nothing(preview=preview)
    monitor = Monitor(door)
    set_mocks(door, project="examples", stack="dev", preview=preview, monitor=monitor)
    entry = importlib.import_module(f"programs.{program}").main
    await run_pulumi_func(entry)
    return monitor.declared


def main() -> None:
    program, form = sys.argv[1:]
    found = asyncio.new_event_loop().run_until_complete(states(program, preview=form == "preview"))
    if form == "preview":
        steps = [{"op": "create", "urn": state["urn"], "newState": state} for state in found]
        document: dict[str, Any] = {"config": {}, "steps": steps, "changeSummary": {"create": len(steps)}}
    else:
        manifest = {"time": "2026-11-27T12:00:00.123456Z", "magic": "", "version": "v3.255.0"}
        document = {"version": 3, "deployment": {"manifest": manifest, "resources": found}}
    sys.stdout.write(json.dumps(document))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
