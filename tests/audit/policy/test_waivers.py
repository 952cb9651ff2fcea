"""Waivers: what is accepted stays visible, what is past its day is a finding, and what is unclear is refused."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.errors import UsageError
from audit.model.verdict import Claim, Finding, Severity, Verdict, standing
from audit.policy import waivers
from audit.policy.plain_yaml import MOST_BYTES
from audit.policy.waivers import WaiverFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.boundary import Boundary

ID = "arn:aws:s3:::data"
ONE = "{policy: B003, subject: data-bucket, reason: mended in May, owner: platform, until: 2027-05-31}"


def written(place: Path, *entries: str) -> Path:
    file = place / "waivers.yaml"
    file.write_text("format: byoc-waivers/1\nwaivers:\n" + "".join(f"  - {entry}\n" for entry in entries), "utf-8")
    return file


def finding(policy: str = "B003", subject: str = ID, verdict: Verdict = Verdict.BROKEN) -> Finding:
    return Finding(policy, "T", Severity.HIGH, Claim(verdict, "r", subject, "t"), "m", "s")


@pytest.fixture
def apply(tmp_path: Path, make: Callable[..., Boundary], elements: list[object]) -> Callable[..., tuple[Finding, ...]]:
    """Findings after one waiver, as of a moment."""

    def applied(entry: str, *found: Finding, now: str = "2026-11-23T00:00:00Z") -> tuple[Finding, ...]:
        boundary = replace(make(elements), now=now)
        return waivers.apply(waivers.load(written(tmp_path, entry), {"B003", "A001"}), found, boundary)

    return applied


@pytest.mark.parametrize("subject", [ID, "data", "data-bucket"])
@pytest.mark.parametrize("verdict", [Verdict.BROKEN, Verdict.UNKNOWN])
def test_a_waived_finding_stays_and_does_not_fail(
    apply: Callable[..., tuple[Finding, ...]], subject: str, verdict: Verdict
) -> None:
    (found,) = apply(ONE.replace("data-bucket", f"'{subject}'"), finding(verdict=verdict))
    assert (found.verdict, found.waiver and found.waiver.owner) == (verdict, "platform")
    assert standing([found]) is Verdict.HOLDS


def test_only_that_policy_of_that_subject_is_waived(apply: Callable[..., tuple[Finding, ...]]) -> None:
    found = apply(ONE, finding(), finding("A001"), finding(subject="arn:aws:s3:::audit"))
    assert [f.waiver is not None for f in found] == [True, False, False]
    assert standing(found) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("until", "now", "over"),
    [
        ("2027-05-31", "2027-05-31T23:59:59Z", False),
        ("2027-05-31", "2027-06-01T00:00:00Z", True),
        ("2027-05-31T18:00:00Z", "2027-05-31T17:59:59Z", False),
        ("2027-05-31T18:00:00Z", "2027-05-31T18:00:00Z", True),
        ("2027-05-31T18:00:00+02:00", "2027-05-31T16:00:00Z", True),
        ("'9999-12-30'", "2027-05-31T16:00:00Z", False),
    ],
)
def test_a_day_counts_to_its_end(
    apply: Callable[..., tuple[Finding, ...]], until: str, now: str, *, over: bool
) -> None:
    first, *rest = apply(ONE.replace("2027-05-31", until), finding(), now=now)
    assert (first.waiver is None, len(rest)) == (over, int(over))


def test_an_expired_waiver_is_a_finding_of_its_own_beside_what_it_waived(
    apply: Callable[..., tuple[Finding, ...]],
) -> None:
    waived, expired = apply(ONE, finding(), now="2027-06-01T00:00:00Z")
    assert (waived.policy, waived.waiver) == ("B003", None)
    assert (expired.policy, expired.verdict, expired.claim.reason) == ("WAIVER", Verdict.BROKEN, "waiver_expired")
    assert expired.claim.text == (
        "the waiver of B003 for data-bucket ended on 2027-05-31; platform accepted: mended in May"
    )


def test_an_expired_waiver_of_what_is_mended_is_a_finding_too(apply: Callable[..., tuple[Finding, ...]]) -> None:
    assert [f.policy for f in apply(ONE, now="2027-06-01T00:00:00Z")] == ["WAIVER"]


def test_a_name_of_two_subjects_is_refused(
    tmp_path: Path, make: Callable[..., Boundary], elements: list[object]
) -> None:
    boundary = make(elements)
    node = boundary.graph.get(ID)
    assert node is not None
    boundary.graph.add(replace(node, id="arn:aws:iam::111111111111:role/data"))
    loaded = waivers.load(written(tmp_path, ONE.replace("data-bucket", "data")), {"B003"})
    with pytest.raises(UsageError, match=r"means arn:aws:iam::111111111111:role/data, arn:aws:s3:::data: name one by"):
        waivers.apply(loaded, [finding(), finding(subject="arn:aws:iam::111111111111:role/data")], boundary)


def test_one_that_waives_nothing_is_told(tmp_path: Path) -> None:
    loaded = waivers.load(written(tmp_path, ONE), {"B003"})
    assert waivers.unused(loaded, [finding()], "2026-11-23T00:00:00Z") == loaded
    assert waivers.unused(loaded, [replace(finding(), waiver=loaded[0])], "2026-11-23T00:00:00Z") == ()
    assert waivers.unused(loaded, [], "2027-06-01T00:00:00Z") == ()


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            ONE.replace(", until: 2027-05-31", ""),
            r"line 3: waivers\.0\.until: Field required: see docs/schemas/waivers",
        ),
        (ONE.replace("2027-05-31", ""), r"waivers\.0\.until: Input should be a valid string"),
        (ONE.replace("2027-05-31", "' '"), r"waivers\.0\.until: String should match"),
        (ONE.replace("2027-05-31", "never"), r"waivers\.0\.until: never is no day and no moment: write it like"),
        (ONE.replace("2027-05-31", "2027-02-30"), r"waivers\.0\.until: 2027-02-30 is no day and no moment"),
        (ONE.replace("2027-05-31", "2027-05-31T18:00:00"), r"lacks its time zone: write it like 2027-05-31T18:00:00Z"),
        (ONE.replace("2027-05-31", "20270531"), r"waivers\.0\.until: Input should be a valid string"),
        (ONE.replace("2027-05-31", "9999-12-31"), r"waivers\.0\.until: 9999-12-31 is no day and no moment"),
        (ONE.replace("B003", "B030"), r"line 3: waivers\.0: B030 is no policy: did you mean B003"),
        (ONE.replace("B003", "WAIVER"), r"WAIVER is no policy"),
        (ONE.replace("platform", "''"), r"waivers\.0\.owner: String should match"),
        (ONE.replace("owner", "onwer"), r"waivers\.0\.owner: Field required"),
        (ONE.replace("data-bucket", "111111111111"), r"waivers\.0\.subject: Input should be a valid string"),
        (f"{ONE}\n  - {ONE}", r"line 4: waivers\.1: B003 of data-bucket is waived twice: keep one of the two"),
        (ONE.replace("owner: platform", "owner: platform, owner: x"), r"line 3: owner is said twice: keep one"),
        (ONE.replace("platform", "&o platform"), r"line 3: anchors and aliases hide what is said: write it out"),
        (ONE.replace("platform", "*o"), r"anchors and aliases hide what is said|undefined alias"),
        (ONE.replace("platform", "!!python/object/apply:os.system [ls]"), r"is no YAML"),
        ("[" * 200_000, r"nested more than 50 deep"),
        ("{", r"is no YAML"),
        ("0b", r"waivers\.0: Input should be"),
        ("1" * 10_000, r"is no YAML|waivers\.0: Input should be"),
        ("x: !!int y", r"is no YAML"),
    ],
)
def test_a_bad_waiver_is_one_sentence_with_its_line(tmp_path: Path, entry: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"^waivers\.yaml") as error:
        waivers.load(written(tmp_path, entry), {"B003", "A001"})
    assert error.match(says)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"has format None, this kit reads byoc-waivers/1: write format: byoc-waivers/1 at its top"),
        (b"format: byoc-waivers/2\nwaivers: []", r"has format byoc-waivers/2"),
        (b"format: byoc-waivers/1", r"waivers: Field required"),
        (b"\xff\xfe", r"cannot be read"),
        (b"a: 1\n---\nb: 2\n", r"is no YAML"),
        (
            b"format: byoc-waivers/1\nwaivers: []\n" + b"#" * 10_000_000,
            r"is larger than 1 MB: that is no file of waivers",
        ),
        (b"x" * (MOST_BYTES + 1), r"is larger than 1 MB"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "waivers.yaml").write_bytes(content)
    with pytest.raises(UsageError, match=says):
        waivers.load(tmp_path / "waivers.yaml", {"B003"})


def test_no_file_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.yaml"):
        with pytest.raises(UsageError, match=r"cannot be read .*: name a text file with waivers"):
            waivers.load(path, {"B003"})


def test_what_is_read_keeps_to_the_published_schema(tmp_path: Path) -> None:
    file = written(tmp_path, ONE.replace("2027-05-31", "'2027-05-31'"))
    jsonschema.validate(yaml.safe_load(file.read_text("utf-8")), WaiverFile.model_json_schema())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-&*!{}[]'\"\n #%@?|>0\t~<=.é", max_size=60))
def test_any_text_at_all_is_waivers_or_one_sentence(text: str) -> None:
    class File:
        name = "waivers.yaml"

        def open(self, _: str) -> io.BytesIO:
            return io.BytesIO(f"format: byoc-waivers/1\nwaivers:\n  - {text}".encode())

    with suppress(UsageError):
        waivers.load(File(), {"B003"})  # type: ignore[arg-type]  # all that a file is read by
