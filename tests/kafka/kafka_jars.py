"""Has the jars of Apache Kafka for the tests when they are missing: `make setup-tests` runs this file.

Maven copies them, from where its own settings say, into .cache/kafka; each must have the digest that checksums/ pins. Java
and Maven are those on PATH, else the distribution's packages where apt and root are there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.brokers import CACHE, VERSIONS, WAY_OUT, Kafka, NoKafkaError, find, java

HERE = Path(__file__).parent
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_SECONDS = 600


def have(version: str, cache: Path = CACHE) -> Kafka:
    """A version's jars, copied when they are missing; raises NoKafkaError."""
    try:
        return find(version, cache)
    except NoKafkaError:
        maven = _maven()
        java()
        _copy(maven, version, cache / version)
    return find(version, cache)


def _maven() -> str:
    found = shutil.which("mvn")
    if (found is None or shutil.which("java") is None) and hasattr(os, "geteuid") and os.geteuid() == 0:
        apt = shutil.which("apt-get")
        if apt is not None:
            sys.stderr.write("installing Maven and Java, once\n")
            _run([apt, "update", "-qq"])
            _run([apt, "install", "-y", "-qq", "--no-install-recommends", "maven", "default-jre-headless"])
    found = shutil.which("mvn")
    if found is None:
        raise NoKafkaError(f"there is no Maven: {WAY_OUT}")
    return found


def _copy(maven: str, version: str, target: Path) -> None:
    sys.stderr.write(f"copying the jars of Apache Kafka {version}, once\n")
    shutil.rmtree(target, ignore_errors=True)
    options = [f"-Dkafka={version}", f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    _run([maven, "-q", "-B", "-f", str(HERE / "pom.xml"), *options, _COPY])
    check(target, pinned(version))
    (target / "complete").touch()


def pinned(version: str) -> dict[str, str]:
    """The SHA-256 of each jar by its name."""
    lines = (HERE / "checksums" / f"{version}.sha256").read_text().splitlines()
    return {name: digest for digest, name in map(str.split, lines)}


def check(folder: Path, digests: dict[str, str]) -> None:
    """Raises NoKafkaError unless the folder's jars are those of the digests."""
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.jar")}
    wrong = sorted(name for name, _ in there.items() ^ digests.items())
    if wrong:
        raise NoKafkaError(f"{folder} does not hold the jars that checksums/ pins: {', '.join(sorted(set(wrong)))}")


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = ((error.stdout + error.stderr).decode(errors="replace").strip().splitlines() or ["no output"])[0]
        raise NoKafkaError(f"{Path(command[0]).name} failed ({said}): {WAY_OUT}") from error
    except subprocess.TimeoutExpired as error:
        raise NoKafkaError(f"{Path(command[0]).name} took over {_SECONDS} s: {WAY_OUT}") from error


if __name__ == "__main__":
    for each in VERSIONS:
        try:
            sys.stdout.write(f"Apache Kafka: {have(each).jars}\n")
        except NoKafkaError as error:
            sys.stdout.write(f"the tests on Apache Kafka {each} will be skipped: {error}\n")
