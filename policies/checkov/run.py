# ruff: noqa: INP001  # a script, run by path in an environment that has none of our packages
"""Runs checkov on one Terraform plan, in the environment that requirements.lock describes, and asks no server anything.

The path of the plan comes on standard input, once it is written: checkov takes seconds to import, and may do so before.
One JSON document goes to standard output; what checkov itself says goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def main() -> None:
    """Import, wait for the path, check, tell."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # A value that is not known yet counts as set, so that checks of presence do not fail for it.
    os.environ["EVAL_TF_PLAN_AFTER_UNKNOWN"] = "true"
    sys.path.insert(0, str(_HERE))

    import checks  # noqa: PLC0415, F401  # ours register themselves
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415
    from checkov.version import version  # noqa: PLC0415

    about = sorted(_types())
    path = sys.stdin.readline().rstrip("\n")
    if not path:
        return
    report = Runner().run(files=[path], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    if isinstance(report, list):
        report = report[0]
    result = {
        "version": version,
        "failed": [_failed(record) for record in report.failed_checks],
        "passed": [[record.check_id, record.resource_address, _keys(record)] for record in report.passed_checks],
        "unparsed": sorted(report.parsing_errors),
        "resources": sorted(one.rpartition(":")[2] for one in report.resources),
        "types": about,
    }
    json.dump(result, told)
    told.close()


def _failed(record: Any) -> dict[str, Any]:
    return {
        "check": record.check_id,
        "name": record.check_name,
        "severity": getattr(record.severity, "name", None),
        "guideline": record.guideline,
        "address": record.resource_address,
        "keys": _keys(record),
    }


def _keys(record: Any) -> list[str]:
    """The arguments that the check looked at."""
    return sorted(key for key in record.check_result.get("evaluated_keys") or [] if isinstance(key, str))


def _types() -> set[str]:
    """The types that some check is about."""
    from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415
    from checkov.terraform.checks.resource.registry import resource_registry  # noqa: PLC0415

    graph = get_graph_checks_registry("terraform")
    graph.load_checks()
    found = {kind for kind, registered in resource_registry.checks.items() if registered}
    waiting = list(graph.checks)
    while waiting:
        check = waiting.pop()
        found.update(kind for kind in check.resource_types or () if isinstance(kind, str))
        waiting.extend(check.sub_checks)
    return found


if __name__ == "__main__":
    main()
