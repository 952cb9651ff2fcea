"""Does a fault's step: a command, a signal to a local process, or commands on EC2 by what the caller brings for it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.case.reliability import Ec2, LocalProcess, Step

_MOST_SAID = 300


class StepFailedError(Exception):
    """A step was not done; the message says why."""


def do(step: Step, on_ec2: Callable[[Ec2, float], str]) -> str:
    """Does a step that is no cold read, and returns what it said; raises StepFailedError."""
    if step.command is not None:
        return _command(step.command, step.timeout)
    if step.process is not None:
        return _signal(step.process)
    if step.ec2 is not None:
        return on_ec2(step.ec2, step.timeout)
    return ""


def named(step: Step) -> str:
    """A step in words, for the report."""
    if step.command is not None:
        return " ".join(step.command)
    if step.process is not None:
        return f"signal {step.process.signal} to the process of {step.process.pid_file}"
    if step.ec2 is not None:
        return f"on {', '.join(step.ec2.instances)}: {'; '.join(step.ec2.commands)}"
    return "a new consumer reads from the beginning"


def _command(words: tuple[str, ...], seconds: float) -> str:
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=seconds
        )
    except OSError as error:
        raise StepFailedError(f"{words[0]} cannot be run ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise StepFailedError(f"{words[0]} took longer than {seconds:g} s") from error
    said = (done.stdout + done.stderr).strip()[-_MOST_SAID:]
    if done.returncode != 0:
        raise StepFailedError(f"{words[0]} ended with exit code {done.returncode}: {said}")
    return said


def _signal(process: LocalProcess) -> str:
    try:
        pid = int(Path(process.pid_file).read_text())
        os.kill(pid, signal.Signals[f"SIG{process.signal}"])
    except FileNotFoundError as error:
        raise StepFailedError(f"{process.pid_file} is not there") from error
    except ValueError as error:
        raise StepFailedError(f"{process.pid_file} holds no process id") from error
    except (ProcessLookupError, PermissionError) as error:
        raise StepFailedError(f"the process of {process.pid_file} cannot be signalled ({error.strerror})") from error
    return f"process {pid}"
