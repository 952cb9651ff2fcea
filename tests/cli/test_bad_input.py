"""Each bad input gives one sentence and exit code 3, and leaves nothing half written and nothing lost."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from loopback_server import serving

from stacks import stack_files
from stacks.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Byoc = Callable[..., Any]

BYOC = Path(sys.executable).with_name("byoc")
POC = yaml.safe_load((stack_files.FOLDER / "Pulumi.poc.yaml").read_text("utf-8"))["config"]


def assert_says(sentence: str, pattern: str) -> None:
    assert re.search(pattern, sentence), sentence


def encoded(data: object) -> str:
    return base64.b64encode(json.dumps(data).encode()).decode()


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes stacks/Pulumi.bad.yaml, the poc stack's with some settings changed, into a stacks folder of our own."""
    monkeypatch.setattr(stack_files, "FOLDER", tmp_path)

    def write(**settings: object) -> None:
        config = {**POC, **{f"{PROJECT}:{name}": value for name, value in settings.items()}}
        (tmp_path / "Pulumi.bad.yaml").write_text(yaml.safe_dump({"config": config}), "utf-8")

    return write


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"environment_id": "x" * 40}, r"environment_id .*change it"),
        ({"network": {"cidr": "10.0.0.0/8"}}, r"network.*10\.0\.0\.0/8"),
        ({"wal": "DISK"}, r"wal is 'DISK'.*change it"),
        ({"regoin": "us-east-1"}, r"regoin is no setting .*did you mean region"),
        ({"automq_config": "no base64!"}, r"automq_config is no Base64 JSON: "),
        ({"automq_config": encoded({"environmentId": "env-poc"})}, r"automq_config lacks [\w.]+: "),
        (
            {"listeners": [{"protocol": "SASL_SSL", "sources": ["10.0.0.0/8", "10.42.0.0/16"]}]},
            r"overlapping sources 10\.0\.0\.0/8 and 10\.42\.0\.0/16: keep the wider",
        ),
    ],
)
def test_a_bad_setting(byoc: Byoc, here: Path, stack: Callable[..., None], settings: dict[str, Any], says: str) -> None:
    stack(**settings)
    assert_says(byoc("rehearse", "bad").sentence, says)
    assert list(here.iterdir()) == []


def test_an_unknown_stack_lists_those_that_there_are(byoc: Byoc, here: Path) -> None:
    assert_says(byoc("rehearse", "prod").sentence, r"no stack prod \(.*poc.*\): name one, or make it with byoc init")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", "owners", "--form", "json"], r"No such option: --form .*--format.*: see byoc ask --help"),
        (["ask"], r"Missing argument 'question': see byoc ask --help"),
        (["ask", "everything"], r"everything is no question: ask one of .*owners"),
        (["nosuch"], r"No such command 'nosuch': see byoc --help"),
        (["check", "--fail-on", "often"], r"'often' is not one of 'broken', 'unknown', 'never'"),
        (["check", "--from", "nowhere"], r"nowhere does not exist: name an audit folder or a snapshot with --from"),
        (["check"], r"no audit folder is under out/: run byoc rehearse or byoc audit"),
        (["check", "--as-of", "tomorrow"], r"tomorrow is no ISO-8601 time: write it like \S+Z"),
        (["check", "--as-of", "2027-01-31"], r"lacks its time zone: write it in UTC, 2027-01-31T00:00:00Z"),
        (["check", "--as-of", "0001-01-01T00:00:00+14:00"], r"is no ISO-8601 time"),
        (["audit", "--from", ".", "--region", "us-east-1"], r"--region goes with a walk, --from judges .*drop one"),
        (["audit", "--from", ".", "--everything"], r"--everything goes with a walk"),
        (["audit", "--out", "."], r"where you stand or above: name a folder within it"),
        (
            ["draw", "everything"],
            r"everything is no view: draw one of boundary, data-flow, identity, logs-and-keys, network",
        ),
        (["draw", "network", "--format", "gif"], r"gif is no format of a diagram: take one of d2, graphml, .*svg"),
        (["draw", "network", "--depth", "-1"], r"'--depth': .*greater than or equal to 0"),
    ],
)
def test_a_wrong_option(byoc: Byoc, here: Path, arguments: list[str], says: str) -> None:
    assert_says(byoc(*arguments).sentence, says)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["contract"]])
def test_no_command_at_all_shows_the_help(byoc: Byoc, arguments: list[str]) -> None:
    ran = byoc(*arguments)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("Usage: byoc")
    assert "Commands:" in ran.err


WHO = """<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/u</Arn>
<UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""


@contextmanager
def answering(status: int, body: str, *, asked: threading.Event | None = None) -> Iterator[str]:
    """An endpoint with one answer; with ``asked`` only to the first call, the others are told of and left waiting."""
    over = threading.Event()
    calls = iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            if next(calls) and asked is not None:
                asked.set()
                over.wait(60)
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with serving(Handler) as address:
        try:
            yield address
        finally:
            over.set()


@pytest.fixture
def keys(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample")


def test_no_credentials(byoc: Byoc, here: Path) -> None:
    ran = byoc("audit", "--region", "us-east-1")
    assert_says(ran.sentence, r"no usable AWS credentials .*: pass --profile, or set them in the environment")
    assert list(here.iterdir()) == []


def test_an_unknown_profile(byoc: Byoc, here: Path) -> None:
    assert_says(byoc("audit", "--profile", "prod").sentence, r"prod.*: pass another --profile, or configure it")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ExpiredToken", r"credentials have expired \(ExpiredToken\): renew them"),
        ("InvalidClientTokenId", r"does not accept these credentials \(InvalidClientTokenId\): check the keys"),
    ],
)
def test_credentials_that_aws_refuses(
    byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch, code: str, says: str
) -> None:
    refusal = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    with answering(403, refusal) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert_says(byoc("audit", "--region", "us-east-1").sentence, says)
    assert list(here.iterdir()) == []


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], r"no AWS region is given: pass --region"),
        (["--region", "mars-1"], r"mars-1 is no AWS region that this kit knows: check --region"),
        (["--region", "us-east-1"], r"could not be reached .*127\.0\.0\.1:1.*: check .*AWS_ENDPOINT_URL"),
    ],
)
def test_an_account_that_cannot_be_reached(
    byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert_says(byoc("audit", *arguments).sentence, says)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"format": "byoc-contract/9"}, r"format byoc-contract/9, this kit reads byoc-contract/1: use the kit that"),
        ({"buckets": []}, r"contract\.json: buckets: .*: mend the line"),
        ({"account": "999999999999"}, r"of account 999999999999, the walk covers 111111111111: take that account's"),
        ({"region": "eu-west-1"}, r"of region eu-west-1, the walk covers us-east-1: walk with --region eu-west-1"),
    ],
)
def test_a_contract_that_cannot_be_used(
    byoc: Byoc, here: Path, snapshot: Path, contract: Callable[..., Path], fields: dict[str, Any], says: str
) -> None:
    given = contract(**fields)
    before = given.read_bytes()
    assert_says(byoc("audit", "--from", snapshot, "--contract", given).sentence, says)
    assert list(here.iterdir()) == []
    assert given.read_bytes() == before


def test_a_contract_of_a_region_that_is_not_walked_is_told_before_the_walk(
    byoc: Byoc, contract: Callable[..., Path]
) -> None:
    ran = byoc("audit", "--contract", contract(), "--region", "eu-west-1")
    assert_says(ran.sentence, r"of region us-east-1, the walk covers eu-west-1")


def changed(path: Path) -> None:
    text = path.read_text("utf-8")
    path.write_text(text.replace("vpc-", "vpd-", 1), "utf-8")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (changed, r"ec2\.jsonl is not what the manifest's sha256 says: .*take the snapshot again or restore the file"),
        (cut, r"ec2\.jsonl is not what the manifest's sha256 says: .*cut off"),
        (Path.unlink, r"lacks 111111111111/us-east-1/ec2\.jsonl: take the snapshot again, or restore"),
    ],
)
@pytest.mark.parametrize("command", [["check"], ["audit"], ["contract", "draft"], ["draw", "boundary"]])
def test_a_spoilt_snapshot(
    byoc: Byoc, here: Path, snapshot: Path, command: list[str], spoil: Callable[[Path], None], says: str
) -> None:
    spoil(snapshot / "111111111111" / "us-east-1" / "ec2.jsonl")
    assert_says(byoc(*command, "--from", snapshot).sentence, says)
    assert list(here.iterdir()) == []


def test_a_manifest_that_is_missing_or_malformed(byoc: Byoc, here: Path, snapshot: Path) -> None:
    cut(snapshot / "manifest.json")
    assert_says(byoc("check", "--from", snapshot).sentence, r"manifest\.json is malformed .*: take the snapshot again")
    (snapshot / "manifest.json").unlink()
    assert_says(byoc("check", "--from", snapshot).sentence, r"lacks manifest\.json: take the snapshot again")
    (here / "file").write_text("no zip", "utf-8")
    assert_says(byoc("check", "--from", "file").sentence, r"file is no snapshot: expected a folder or a \.zip")


@pytest.mark.parametrize("command", [["rehearse", "poc"], ["audit"]])
def test_an_output_folder_that_is_a_file(byoc: Byoc, here: Path, command: list[str]) -> None:
    (here / "mine").write_text("mine", "utf-8")
    assert_says(byoc(*command, "--out", "mine").sentence, r"mine is a file: name another folder with --out")
    assert_says(byoc(*command, "--out", "mine/below").sentence, r"mine/below cannot be written .*: name a place")
    assert (here / "mine").read_text("utf-8") == "mine"


def test_a_policies_folder_that_is_none_is_told_before_the_work(byoc: Byoc, here: Path) -> None:
    assert_says(byoc("rehearse", "poc", "--policies", "none").sentence, r"none is no folder: --policies takes")
    assert_says(byoc("audit", "--policies", "none").sentence, r"none is no folder: --policies takes")


def test_a_drafted_contract_never_replaces_a_file(byoc: Byoc, here: Path, snapshot: Path) -> None:
    (here / "contract.json").write_text("reviewed by hand", "utf-8")
    ran = byoc("contract", "draft", "--from", snapshot, "--out", "contract.json")
    assert_says(ran.sentence, r"contract\.json exists and would be lost: name another file")
    assert (here / "contract.json").read_text("utf-8") == "reviewed by hand"


def test_a_drawing_into_a_folder_that_is_not_there(byoc: Byoc, here: Path, snapshot: Path) -> None:
    ran = byoc("draw", "boundary", "--from", snapshot, "--out", "nowhere/x.svg")
    assert_says(ran.sentence, r"nowhere/x\.svg cannot be written \(No such file or directory\): name a place")


WITHOUT = "import sys; sys.modules.update(dict.fromkeys({missing!r}.split())); from cli.app import main; main()"


@pytest.mark.parametrize("missing", ["pulumi pulumi_aws", "moto", "pulumi pulumi_aws moto"])
def test_a_missing_extra(here: Path, missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing), "rehearse", "poc"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 3
    assert_says(done.stderr, r"^byoc: this needs .*: install the extra: pip install 'automq-byoc-kit\[rehearse\]'\n$")
    assert list(here.iterdir()) == []


def test_an_error_that_nobody_foresaw(here: Path) -> None:
    fault = "import sys; from cli import app, folder; folder.source = None; app.main()"
    done = subprocess.run([sys.executable, "-c", fault, "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "TypeError: 'NoneType' object is not callable" in done.stderr
    assert done.stderr.endswith("byoc: this is a defect of the kit: please report it with the lines above\n")


def test_a_reader_that_has_left_is_no_defect(here: Path, snapshot: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(BYOC), "contract", "draft", "--from", str(snapshot)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, "")


def children(parent: int) -> set[int]:
    command = ["ps", "-o", "pid=,args=", "--ppid", str(parent)]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "stacks.rehearsal." in line}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize(("how", "existing"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupted_rehearsal(here: Path, how: signal.Signals, *, existing: bool) -> None:
    if existing:
        (here / "out" / "poc").mkdir(parents=True)
        (here / "out" / "poc" / "run.json").write_text("the last one", "utf-8")
    process = subprocess.Popen([str(BYOC), "rehearse", "poc"], stderr=subprocess.PIPE, text=True)
    assert eventually(lambda: len(children(process.pid)) == 2)
    started = children(process.pid)
    # The folder to fill is there: what follows interrupts the work itself.
    assert any(path.name.startswith(".poc-") for path in (here / "out").iterdir())
    time.sleep(1.5)
    process.send_signal(how)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (3, "byoc: interrupted: nothing was left half written\n")
    assert eventually(lambda: not any(map(alive, started)))
    left = {str(path.relative_to(here)): path.read_text("utf-8") for path in here.rglob("*") if path.is_file()}
    assert left == ({"out/poc/run.json": "the last one"} if existing else {})
    assert existing or list(here.iterdir()) == []


@pytest.mark.usefixtures("keys")
def test_an_interrupted_walk_waits_for_no_answer(here: Path) -> None:
    asked = threading.Event()
    with answering(200, WHO, asked=asked) as endpoint:
        process = subprocess.Popen(
            [str(BYOC), "audit", "--region", "us-east-1"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "AWS_ENDPOINT_URL": endpoint},
        )
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=5)
    assert (process.returncode, err) == (3, "byoc: interrupted: nothing was left half written\n")
    assert list(here.iterdir()) == []
