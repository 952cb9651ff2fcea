"""Two components that each hold a like one, in which things have the same name: the engine tells them apart by all above."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws


class Part(pulumi.ComponentResource):
    def __init__(self, kind: str, name: str, parent: pulumi.Resource | None = None) -> None:
        super().__init__(f"examples:twins:{kind}", name, None, pulumi.ResourceOptions(parent=parent))


def main() -> None:
    for kind in ("Left", "Right"):
        inner = Part("Inner", f"{kind}-inner", Part(kind, kind))
        aws.s3.Bucket("same", opts=pulumi.ResourceOptions(parent=inner))
