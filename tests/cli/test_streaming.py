"""JSON Lines in and out: order, bytes, errors and chunks."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.access.simulate import simulate
from cli import streaming

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]

ROLE = "arn:aws:iam::111111111111:role/r"
CASE = {
    "id": "1", "principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
    "resource_account": "111111111111",
    "identity": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}],
}  # fmt: skip


def case(**changed: Any) -> bytes:
    return json.dumps({**CASE, **changed}, ensure_ascii=False).encode("utf-8", "surrogatepass")


class Trickle(io.BytesIO):
    """Bytes that come in pieces, and what was written when each was asked for."""

    def __init__(self, pieces: list[bytes], written: list[bytes]) -> None:
        super().__init__()
        self.pieces, self.written = list(pieces), written
        self.seen: list[int] = []

    def read1(self, size: int | None = -1, /) -> bytes:
        self.seen.append(b"".join(self.written).count(b"\n"))
        return self.pieces.pop(0) if self.pieces else b""


def decided(*pieces: bytes) -> list[dict[str, Any]]:
    written: list[bytes] = []
    streaming.stream(Trickle(list(pieces), written), written.append, simulate)
    return [json.loads(line) for line in b"".join(written).splitlines()]


def test_decisions_come_in_the_order_of_the_lines() -> None:
    lines = b"\n".join(case(id=str(number)) for number in range(300))
    found = decided(*(lines[start : start + 997] for start in range(0, len(lines), 997)))
    assert [one["id"] for one in found] == [str(number) for number in range(300)]
    assert {one["decision"] for one in found} == {"allowed"}


def test_what_was_read_is_answered_before_more_is_awaited() -> None:
    written: list[bytes] = []
    source = Trickle([case() + b"\n", case()[:9], case()[9:] + b"\n", b"\n" + case()], written)
    streaming.stream(source, written.append, simulate)
    assert source.seen == [0, 1, 1, 2, 2]
    assert b"".join(written).count(b"\n") == 3


def test_a_bad_line_gets_an_error_and_the_rest_goes_on() -> None:
    found = decided(
        b"\n".join([case(), b"", b'{"id": "2', b'{"id": "\xff"}', b"[]", case(id="5", action="Get"), case(id="6")])
    )
    assert [(one["id"], "error" in one) for one in found] == [
        ("1", False), (None, True), (None, True), (None, True), ("5", True), ("6", False),
    ]  # fmt: skip
    assert found[1]["error"].startswith("line 3: ")
    assert found[2]["error"] == "line 4: byte 9 is not UTF-8: write the file as UTF-8"
    assert found[4]["error"].startswith("line 6: action is ")


def test_text_of_any_kind_goes_through_unharmed() -> None:
    names = ["é\u2028x", "\ud800", "🦊", "\x00"]
    lines = b"\r\n".join(json.dumps({**CASE, "id": name}, ensure_ascii=name == "\ud800").encode() for name in names)
    assert [one["id"] for one in decided(b"\xef\xbb\xbf" + lines)] == names


def test_nothing_in_is_nothing_out() -> None:
    assert decided() == decided(b"\n \n\t") == []


def test_a_file_and_standard_input_give_the_same(byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = case() + b"\n" + b"nonsense\n"
    (here / "cases.jsonl").write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    file, piped = byoc("access", "simulate", "cases.jsonl"), byoc("access", "simulate", "-")
    assert (file.code, file.err) == (0, "")
    assert file.out == piped.out
    assert [json.loads(line)["id"] for line in file.out.splitlines()] == ["1", None]


@pytest.mark.parametrize(("name", "why"), [("none.jsonl", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read(byoc: Byoc, name: str, why: str) -> None:
    assert byoc("access", "simulate", name).sentence.startswith(f"{name} cannot be read ({why}")
