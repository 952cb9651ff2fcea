"""What many tests share: the poc stack, rehearsed once a session."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from audit.model.contract import BoundaryContract
from audit.model.snapshot import Snapshot
from bench.brokers import Cluster, NoKafkaError, find
from cli import judging, rehearsing

sys.path.append(str(Path(__file__).parent))
from loopback_server import serving  # the line above lets it be found

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it starts in the background ignore Ctrl-C, and all that the tests start would do so too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from audit.model.snapshot import Record
    from cli.judging import Judged

    StsBefore = Callable[[str, Callable[[Mapping[str, str]], bool]], AbstractContextManager[str]]


@dataclasses.dataclass(frozen=True)
class Rehearsed:
    """A rehearsed stack: its contract and its snapshot, and how to judge it, changed or not."""

    contract: BoundaryContract
    snapshot: Snapshot

    def judged(
        self,
        change: Callable[[Record], Record | None] = lambda record: record,
        contract: BoundaryContract | None = None,
    ) -> Judged:
        """The judgement with each record changed, or left out where the change says None."""
        records = tuple(new for record in self.snapshot.records if (new := change(record)) is not None)
        return judging.judge_snapshot(dataclasses.replace(self.snapshot, records=records), contract or self.contract)


@dataclasses.dataclass(frozen=True)
class Run:
    """What `byoc rehearse` did: its exit code, what it printed, and the audit folder."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def rehearsed(self) -> Rehearsed:
        """The stack, rehearsed."""
        assert self.code == 0, self.err or self.out
        return Rehearsed(BoundaryContract.read(self.folder / "contract.json"), Snapshot.read(self.folder / "snapshot"))


@pytest.fixture(scope="session")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """`byoc rehearse STACK`, run as a user types it."""

    def run(stack: str) -> Run:
        place = tmp_path_factory.mktemp("rehearsal")
        byoc = Path(sys.executable).with_name("byoc")
        done = subprocess.run([byoc, "rehearse", stack], cwd=place, capture_output=True, text=True, check=False)
        return Run(done.returncode, done.stdout, done.stderr, place / "out" / stack)

    return run


@pytest.fixture(scope="session")
def poc_run(typed: Callable[[str], Run]) -> Run:
    """`byoc rehearse poc`, run once as a user types it."""
    return typed("poc")


@pytest.fixture(scope="session")
def poc(poc_run: Run) -> Rehearsed:
    """The poc stack, rehearsed."""
    return poc_run.rehearsed


@pytest.fixture(scope="session")
def poc_with() -> Callable[..., Rehearsed]:
    """The poc stack, rehearsed with some settings changed."""
    return lambda **overrides: Rehearsed(*rehearsing.rehearse("poc", overrides)[2:])


@pytest.fixture(scope="session")
def rehearsed() -> Callable[..., Rehearsed]:
    """A stack by name, rehearsed with some settings changed."""
    return lambda stack, **overrides: Rehearsed(*rehearsing.rehearse(stack, overrides)[2:])


@contextmanager
def _sts_before(endpoint: str, refuses: Callable[[Mapping[str, str]], bool]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = dict(parse_qsl(body.decode()))
            if asked["Action"] == "AssumeRole" and refuses(asked):
                refusal = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
                self._answer(403, refusal.encode())
                return
            emulator = HTTPConnection(endpoint.removeprefix("http://"))
            emulator.request("POST", self.path, body, dict(self.headers))
            answer = emulator.getresponse()
            self._answer(answer.status, answer.read())
            emulator.close()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with serving(Handler) as address:
        yield address


@pytest.fixture(scope="session")
def sts_before() -> StsBefore:
    """An STS that refuses AssumeRole where it is told to, by the request's parameters, and hands on all else."""
    return _sts_before


def _kafka(version: str, folder: Path, brokers: int = 1, **options: Mapping[str, str]) -> Cluster:
    try:
        return Cluster(find(version), folder, brokers, **options)
    except NoKafkaError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kafka_cluster() -> Callable[..., Cluster]:
    """Apache Kafka of a version in a folder, not started: a context manager; more in bench.brokers.Cluster."""
    return _kafka


@pytest.fixture(scope="session")
def kafka_3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One broker of Apache Kafka 3.9.1, shared by the session: what a test makes there has a name of its own."""
    with _kafka("3.9.1", tmp_path_factory.mktemp("kafka-3")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_4(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One broker of Apache Kafka 4.1.2, shared by the session."""
    with _kafka("4.1.2", tmp_path_factory.mktemp("kafka-4")) as cluster:
        yield cluster
