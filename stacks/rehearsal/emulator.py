"""The embedded AWS as a context: a child process on loopback that ends on every way out."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.model.errors import RehearsalError
from stacks.rehearsal import lifeline
from stacks.rehearsal.environment import SAMPLE_KEYS, aws_environment, clean

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running embedded AWS: where it listens, which account a caller with these keys is in, and its region.

    The keys are an access key and its secret, which open nothing but loopback.
    """

    endpoint_url: str
    account: str
    region: str
    keys: tuple[str, str] = field(default=SAMPLE_KEYS, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send boto3 to it."""
        return aws_environment(self.endpoint_url, self.region, self.keys)


@contextmanager
def emulator(account: str, region: str) -> Iterator[Emulator]:
    """Start an embedded AWS for an account; raises RehearsalError when it does not start."""
    child = lifeline.spawn(["stacks.rehearsal.server"], _environment(account, region))
    try:
        errors = drain(child)
        yield Emulator(f"http://127.0.0.1:{_port(child, errors)}", account, region)
    finally:
        lifeline.end(child)


def drain(child: subprocess.Popen[str]) -> deque[str]:
    """The last lines that a child writes to its standard error, kept as they come."""
    lines: deque[str] = deque(maxlen=200)
    if child.stderr is not None:
        threading.Thread(target=lines.extend, args=(child.stderr,), daemon=True, name="stderr").start()
    return lines


def _environment(account: str, region: str) -> dict[str, str]:
    return clean(os.environ) | {
        "MOTO_ACCOUNT_ID": account,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _port(child: subprocess.Popen[str], errors: deque[str]) -> int:
    line = child.stdout.readline() if child.stdout else ""
    if not line.strip().isdigit():
        child.wait()
        last = errors[-1].strip() if errors else f"exit code {child.returncode}"
        raise RehearsalError(
            f"the embedded AWS did not start ({last}): install the extra with "
            "`pip install 'automq-byoc-kit[rehearse]'`, or look at what the message names"
        )
    return int(line)
