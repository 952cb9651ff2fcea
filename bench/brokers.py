"""Apache Kafka on loopback, for the bench, the tests and `make poc-demo`: brokers and MirrorMaker from Maven's jars.

The jars are those that `make setup-tests` keeps in .cache/kafka. A cluster is one broker that is the KRaft controller
too, and as many more as are asked for, so that any but the first can die. What is seen here is Apache Kafka's,
never AutoMQ's.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

CACHE = Path(__file__).parent.parent / ".cache" / "kafka"
VERSIONS = ("3.9.1", "4.1.2")
OLDEST_JAVA = 17
WAY_OUT = (
    f"install Java {OLDEST_JAVA} or later and Maven so that `java` and `mvn` are on PATH, and run make setup-tests"
)

_READY_SECONDS, _END_SECONDS = 120.0, 20.0
# Below the ports that systems hand out to outgoing connections, which come and go between the choice and the start.
_PORTS = range(20000, 32000)
_JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
_LOG4J_1 = """log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""
_LOG4J_2 = """rootLogger.level=INFO
rootLogger.appenderRefs=out
rootLogger.appenderRef.out.ref=out
appenders=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
"""


class NoKafkaError(Exception):
    """There is no Kafka that can be started, or one did not start; the message says why and how to go on."""


@dataclass(frozen=True)
class Kafka:
    """One version's jars and the Java that runs them."""

    version: str
    jars: Path
    java: str

    def command(self, folder: Path, main: str, *arguments: str) -> list[str]:
        """What runs a class of the jars, its log on standard output by a configuration written into the folder."""
        old = self.version.startswith("3.")
        log = folder / ("log4j.properties" if old else "log4j2.properties")
        log.write_text(_LOG4J_1 if old else _LOG4J_2)
        option = f"-Dlog4j.configuration={log.as_uri()}" if old else f"-Dlog4j2.configurationFile={log}"
        return [self.java, *_JVM, option, "-cp", f"{self.jars}/*", main, *arguments]


def find(version: str = VERSIONS[0], cache: Path = CACHE) -> Kafka:
    """A version's jars as `make setup-tests` keeps them; raises NoKafkaError."""
    jars = cache / version
    if not (jars / "complete").exists():
        raise NoKafkaError(f"the jars of Apache Kafka {version} are not in {jars}: {WAY_OUT}")
    return Kafka(version, jars, java())


def java() -> str:
    """The program of JAVA_HOME or of PATH, if it is new enough; raises NoKafkaError."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home) / "bin") if home else None) or shutil.which("java")
    if program is None:
        raise NoKafkaError(f"there is no Java: {WAY_OUT}")
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise NoKafkaError(f"{program} is {said.splitlines()[0] if said else 'of an unknown version'}: {WAY_OUT}")
    return program


@dataclass
class Process:
    """A Java process of ours, its output in a file; a guard ends it when this process dies without ending it."""

    command: list[str]
    log: Path
    _running: subprocess.Popen[bytes] | None = None
    _guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, again if it was ended."""
        with self.log.open("ab") as out:
            self._running = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
            )
        watch = ["sh", "-c", 'read -r line; kill -9 "$1"', "sh", str(self.pid)]
        self.log.with_suffix(".pid").write_text(str(self.pid))
        self._guard = subprocess.Popen(watch, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0)

    @property
    def pid(self) -> int:
        """Its process id; raises NoKafkaError if it does not run."""
        if self._running is None:
            raise NoKafkaError(f"the process of {self.log} does not run")
        return self._running.pid

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._running is not None and self._running.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Sends a signal: SIGSTOP and SIGCONT make it hang and go on."""
        os.kill(self.pid, number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Sends a signal that ends it and waits until it has; kills it if that takes too long."""
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
        if self._running is not None:
            self._running.send_signal(number)
            try:
                self._running.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
        self._running = self._guard = None

    def tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:]) if self.log.exists() else ""


@dataclass
class Cluster:
    """Brokers numbered from 1, the first of them the controller too; a context manager that starts and ends them.

    `settings` go over those of every broker. `listeners` maps further listeners' names to their protocol (SSL,
    SASL_SSL, …): their settings are the caller's, their ports ours.
    """

    kafka: Kafka
    folder: Path
    brokers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    listeners: Mapping[str, str] = field(default_factory=dict)
    _processes: dict[int, Process] = field(default_factory=dict)
    _ports: dict[tuple[int, str], int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        names = [(node, name) for node in self.nodes for name in ("CONTROLLER", "PLAINTEXT", *self.listeners)]
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        with ExitStack() as on_failure:
            on_failure.callback(self._end)
            with ThreadPoolExecutor() as pool:
                list(pool.map(self._format, self.nodes))
            for node in self.nodes:
                self._processes[node].start()
            self.wait()
            on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for process in self._processes.values():
            process.end(signal.SIGKILL)

    def keep_running(self) -> None:
        """Starts each broker that died, unless a file ``broker-N.down`` is beside its log; call it often.

        So a command can take a broker down and up again: make the file and kill the process of ``broker-N.pid``, or
        remove the file.
        """
        for node, process in self._processes.items():
            if not process.runs and not (self.folder / f"broker-{node}.down").exists():
                process.end()
                process.start()

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """Keeps them running from a thread."""
        end = threading.Event()

        def keep() -> None:
            while not end.wait(0.1):
                self.keep_running()

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    @property
    def nodes(self) -> range:
        """The brokers' node ids."""
        return range(1, self.brokers + 1)

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, in plain text and with no authentication."""
        return self.address("PLAINTEXT")

    def address(self, listener: str) -> str:
        """The brokers' addresses of a listener by its name."""
        return ",".join(f"127.0.0.1:{self._ports[node, listener]}" for node in self.nodes)

    def process(self, node: int) -> Process:
        """A broker's process: its pid, and a way to end it, to start it again, to make it hang."""
        return self._processes[node]

    def wait(self, seconds: float = _READY_SECONDS) -> None:
        """Waits until all brokers that run are in the metadata of one of them; raises NoKafkaError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for node in self.nodes:
                if not self._processes[node].runs:
                    raise NoKafkaError(f"broker {node} ended: {self._processes[node].tail()}")
            if set(self.nodes) <= set(known_brokers(self.bootstrap)):
                return
            time.sleep(0.1)
        raise NoKafkaError(f"the brokers are not ready after {seconds:g} s: {self._processes[1].tail()}")

    def _format(self, node: int) -> None:
        file = self.folder / f"broker-{node}.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self._properties(node).items()))
        command = self.kafka.command(self.folder, "kafka.Kafka", str(file))
        self._processes[node] = Process(command, self.folder / f"broker-{node}.log")
        # Any 16 bytes in base64 are a cluster's id; those of one cluster must agree.
        arguments = ("format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", str(file))
        format_ = self.kafka.command(self.folder, "kafka.tools.StorageTool", *arguments)
        done = subprocess.run(format_, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoKafkaError(f"the storage of broker {node} could not be formatted: {done.stdout}{done.stderr}")

    def _properties(self, node: int) -> dict[str, str]:
        names = {"PLAINTEXT": "PLAINTEXT", **self.listeners}
        bound = [f"{name}://127.0.0.1:{self._ports[node, name]}" for name in names]
        controller = f"127.0.0.1:{self._ports[1, 'CONTROLLER']}"
        copies = str(min(self.brokers, 3))
        protocols = {"CONTROLLER": "PLAINTEXT", **names}
        return {
            "node.id": str(node),
            "process.roles": "broker,controller" if node == 1 else "broker",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join([*bound, *([f"CONTROLLER://{controller}"] if node == 1 else [])]),
            "advertised.listeners": ",".join(bound),
            "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, kind in protocols.items()),
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self.folder / f"data-{node}"),
            "default.replication.factor": copies,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            **self.settings,
        }


@dataclass
class Mirror:
    """MirrorMaker 2 as a process of its own, under the text of its properties file; a context manager."""

    kafka: Kafka
    folder: Path
    properties: str
    process: Process | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "mm2.properties"
        file.write_text(self.properties)
        command = self.kafka.command(self.folder, "org.apache.kafka.connect.mirror.MirrorMaker", str(file))
        self.process = Process(command, self.folder / "mm2.log")
        self.process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.end(signal.SIGKILL)


def known_brokers(bootstrap: str, seconds: float = 2.0) -> list[int]:
    """The ids of the brokers in a cluster's metadata; none if it does not answer in time."""
    from confluent_kafka import KafkaException  # noqa: PLC0415 - an extra; finding jars needs none of it
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - the same

    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        return sorted(client.list_topics(timeout=seconds).brokers)
    except KafkaException:
        return []


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on, all different."""
    return [port for port, _ in zip(_unused(), range(count), strict=False)]


def _unused() -> Iterator[int]:
    for port in SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
