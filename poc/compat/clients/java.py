"""Java's kafka-clients, by a program that Java compiles as it starts it (JEP 330), and commands that a case names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from poc.compat.site import Site

_SECONDS = 60
_JAR = re.compile(r"kafka-clients-(\d[\w.-]*)\.jar")


def lacking(site: Site) -> str | None:
    """What Java's client lacks to be tried here; None where it can be."""
    if site.java_libs is None:
        return "no jars: name the folder of kafka-clients with --java-libs or clients.java_libs"
    if shutil.which("javac") is None:
        return "no Java Development Kit on PATH (javac): install one, 17 or later"
    return None if version(site) else f"{site.java_libs} holds no kafka-clients-….jar: name the folder that does"


def version(site: Site) -> str:
    """The version of the jar; empty where there is none."""
    names = sorted(path.name for path in Path(site.java_libs or "").glob("kafka-clients-*.jar"))
    return next((found[1] for name in names if (found := _JAR.fullmatch(name))), "")


def round_trip(site: Site, topic: str, group: str, records: int) -> int:
    """Write, read by the group, commit; how many records were committed. Raises ValueError with what Java said."""
    source = resources.files("poc.compat.clients").joinpath("RoundTrip.java").read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="byoc-java-") as folder:
        program = Path(folder, "RoundTrip.java")
        program.write_text(source, "utf-8")
        command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{site.java_libs}/*", str(program)]
        said = run_client(site, command, topic, group, records)
    found = re.search(r"committed (\d+)", said)
    if found is None:
        raise ValueError(f"the program said {said[-200:]!r}")
    return int(found[1])


def run_client(site: Site, command: Sequence[str], topic: str, group: str, records: int) -> str:
    """Run a client as a program, with BYOC_* in its environment; what it printed. Raises ValueError where it fails."""
    with _properties(site) as file:
        given = {
            "BYOC_BOOTSTRAP": site.cluster.bootstrap,
            "BYOC_TOPIC": topic,
            "BYOC_GROUP": group,
            "BYOC_RECORDS": str(records),
            "BYOC_PROPERTIES": str(file),
        }
        try:
            ran = subprocess.run(
                list(command),
                env={**os.environ, **given},
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{command[0]} took more than {_SECONDS} s") from None
    if ran.returncode:
        raise ValueError(f"{command[0]} exited with {ran.returncode}: {_last(ran.stderr or ran.stdout)}")
    return ran.stdout


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line or "rror" in line), lines[-1] if lines else "no output")[
        :300
    ]


@contextmanager
def _properties(site: Site) -> Iterator[Path]:
    """A file of Java's properties that only we can read, gone at the end: it holds the credentials."""
    with tempfile.TemporaryDirectory(prefix="byoc-client-") as folder:
        file = Path(folder, "client.properties")
        file.touch(0o600)
        lines = (f"{_escaped(name)}={_escaped(value)}" for name, value in site.settings.java.items())
        file.write_text("\n".join(lines) + "\n", "utf-8")
        yield file


def _escaped(text: str) -> str:
    table = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "=": "\\=", ":": "\\:", "#": "\\#", "!": "\\!"}
    return "".join(table.get(letter, letter) for letter in text)
