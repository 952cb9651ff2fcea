"""Amazon Resource Names, after the AWS page "Identify AWS resources with Amazon Resource Names (ARNs)"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arn:
    """One ARN: ``arn:partition:service:region:account:resource``; the resource may hold colons and slashes."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Read an ARN; raises ValueError for a text that is none."""
        parts = text.split(":", 5)
        if len(parts) != len(("arn", "partition", "service", "region", "account", "resource")) or parts[0] != "arn":
            raise ValueError(f"{text!r} is no ARN: expected arn:partition:service:region:account:resource")
        return cls(*parts[1:])

    @property
    def kind(self) -> str:
        """The resource's type, the part before the first slash or colon (``role`` of ``role/path/name``)."""
        return self.resource.replace(":", "/").partition("/")[0]

    @property
    def name(self) -> str:
        """The resource's last part: ``name`` of ``role/path/name``, the whole of a bucket's."""
        return self.resource.replace(":", "/").rpartition("/")[2]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def is_arn(text: str) -> bool:
    """Whether a text has the shape of an ARN."""
    return text.startswith("arn:") and text.count(":") >= len("arn:::::") - len("arn")
