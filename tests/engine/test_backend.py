"""The state's own bucket and key: made by the engine, then used by it, as docs/deploy.md says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deployment import REGION, variables

if TYPE_CHECKING:
    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

BOOTSTRAP = Path(__file__).parents[2] / "stacks" / "bootstrap"


def test_the_state_moves_into_the_bucket_and_its_secrets_under_the_key(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> None:
    cloud, provider = account
    endpoint = cloud.client("s3").meta.endpoint_url
    copy = shutil.copytree(BOOTSTRAP, tmp_path / "bootstrap", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        **variables(engine, tmp_path),
        **provider,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
    }

    def pulumi(*arguments: str) -> str:
        done = subprocess.run(
            [engine.program, *arguments, "--non-interactive"],
            cwd=copy, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    pulumi("stack", "init", "state")
    pulumi("config", "set", "aws:region", REGION)
    pulumi("up", "--yes")
    outputs = json.loads(pulumi("stack", "output", "--json"))
    pulumi("stack", "export", "--show-secrets", "--file", "state.json")
    bucket = urlsplit(outputs["backend_url"]).netloc
    # The emulator speaks no TLS, which the bucket's policy demands.
    cloud.call("s3", "DeleteBucketPolicy", {"Bucket": bucket})

    path_style = f"&endpoint={urlsplit(endpoint).netloc}&disableSSL=true&s3ForcePathStyle=true"
    environment["PULUMI_BACKEND_URL"] = outputs["backend_url"] + path_style
    pulumi("stack", "init", "state")
    pulumi("stack", "import", "--file", "state.json")
    pulumi("stack", "change-secrets-provider", outputs["secrets_provider"])
    del environment["PULUMI_CONFIG_PASSPHRASE"]
    pulumi("preview", "--expect-no-changes")
    pulumi("config", "set", "--secret", "kept", "hush-hush-hush")
    assert pulumi("config", "get", "kept").strip() == "hush-hush-hush"
    assert "hush-hush-hush" not in (copy / "Pulumi.state.yaml").read_text("utf-8")

    keys = [item["Key"] for item in cloud.call("s3", "ListObjectsV2", {"Bucket": bucket})["Contents"]]
    assert ".pulumi/stacks/automq-byoc-bootstrap/state.json" in keys
