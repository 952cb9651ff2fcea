from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evidence_bundles import MEMBERS, OURS, STRANGER, about

from audit.evidence import compose, history, text
from audit.model.errors import EvidenceError
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from evidence_bundles import Bundles

KNOWN = [OURS.public_key]


def series(bundles: Bundles, count: int = 3) -> None:
    """January, February, … each after the one before."""
    for month in range(1, count + 1):
        after = f"{month - 1}.zip" if month > 1 else None
        bundles.write(f"{month}.zip", after=after, taken_at=f"2026-{month:02}-01T00:00:00Z")


def read(bundles: Bundles) -> history.History:
    return history.read(sorted(bundles.folder.glob("*.zip")), KNOWN)


def told(places: object) -> list[tuple[str, str]]:
    return [(place.where, place.what) for place in places]  # type: ignore[attr-defined]  # an iterable of places


def test_a_series_is_told_in_order_whatever_the_files_are_called(bundles: Bundles) -> None:
    series(bundles)
    (bundles.folder / "1.zip").rename(bundles.folder / "zz.zip")
    found = read(bundles)
    assert [link.file for link in found.bundles] == ["zz.zip", "2.zip", "3.zip"]
    assert (found.verdict, found.broken, found.unknown) == (Verdict.HOLDS, (), ())


def test_a_bundle_taken_out_of_a_series_is_missed(bundles: Bundles) -> None:
    series(bundles)
    (bundles.folder / "2.zip").unlink()
    found = read(bundles)
    assert found.verdict is Verdict.BROKEN
    assert told(found.broken) == [("3.zip", f"comes after bundle {bundles.made['2.zip']}, which is missing")]


def test_the_first_bundle_taken_out_is_missed_too(bundles: Bundles) -> None:
    series(bundles)
    (bundles.folder / "1.zip").unlink()
    assert [where for where, _ in told(read(bundles).broken)] == ["2.zip"]


def test_two_bundles_after_the_same_one_are_a_fork(bundles: Bundles) -> None:
    series(bundles)
    bundles.write("4.zip", after="2.zip", taken_at="2026-04-01T00:00:00Z")
    assert told(read(bundles).broken) == [("4.zip", "is a fork: 3.zip comes after the same bundle")]


def test_a_second_beginning_is_told(bundles: Bundles) -> None:
    series(bundles)
    bundles.write("4.zip", taken_at="2026-04-01T00:00:00Z")
    assert told(read(bundles).broken) == [("4.zip", "starts a series of its own beside 1.zip")]


def test_two_environments_are_two_series(bundles: Bundles) -> None:
    series(bundles)
    bundles.write("other.zip", environment="env-other")
    assert read(bundles).verdict is Verdict.HOLDS


def test_a_clock_that_went_back_is_told(bundles: Bundles) -> None:
    series(bundles)
    bundles.write("4.zip", after="3.zip", taken_at="2026-02-15T00:00:00Z")
    found = read(bundles)
    assert found.verdict is Verdict.UNKNOWN
    assert told(found.unknown) == [("4.zip", "was taken at 2026-02-15T00:00:00Z, before 3.zip (2026-03-01T00:00:00Z)")]


def test_an_unknown_signer_is_told(bundles: Bundles) -> None:
    series(bundles)
    bundles.write("4.zip", after="3.zip", signer=STRANGER, taken_at="2026-04-01T00:00:00Z")
    found = read(bundles)
    assert found.verdict is Verdict.UNKNOWN
    assert told(found.unknown) == [
        ("4.zip", f"is signed by {STRANGER.public_key.keyid}: give the public key with --key")
    ]


def test_a_changed_bundle_is_told_with_the_place(bundles: Bundles) -> None:
    series(bundles)
    path = bundles.folder / "2.zip"
    path.write_bytes(path.read_bytes().replace(b"id: B001", b"id: B002"))
    (found,) = told(read(bundles).broken)
    assert found[0] == "2.zip"
    assert found[1].startswith("policies/B001.yaml was changed")


def test_a_bundle_that_cannot_even_be_opened_is_told(bundles: Bundles) -> None:
    series(bundles, 2)
    path = bundles.folder / "2.zip"
    path.write_bytes(path.read_bytes() + b"more")
    assert told(read(bundles).broken) == [("2.zip", "the end of the file has 4 bytes after the archive's end")]


def test_the_same_bundle_twice_is_no_fork(bundles: Bundles) -> None:
    series(bundles, 2)
    copy = bundles.folder / "2-approved.zip"
    copy.write_bytes((bundles.folder / "2.zip").read_bytes())
    bundles.approve(copy)
    found = read(bundles)
    assert found.broken == ()
    assert told(found.unknown) == [("2.zip", "is the same bundle as 2-approved.zip")]
    assert [link.approvals for link in found.bundles] == [0, 1, 0]


def test_verdicts_that_changed_stand_between_the_lines(bundles: Bundles) -> None:
    bundles.write("1.zip")
    changed = MEMBERS["answers.json"].replace(b'"unknown"', b'"holds"')
    bundles.write("2.zip", {**MEMBERS, "answers.json": changed}, after="1.zip", taken_at="2026-02-01T00:00:00Z")
    lines = list(text.history(read(bundles)))
    assert lines[1].startswith("2026-02-01T00:00:00Z  2.zip")
    assert lines[2].strip() == "bucket_owner: unknown → holds"
    assert lines[-1] == "✓ 2 bundles, none missing between the first and the last"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"taken_at": "2026-02-01T00:00:00Z"}, r"2026-02-01T00:00:00Z, before it: set the clock"),
        ({"environment": "env-other"}, r"is of environment env-toy, the new bundle of env-other: name the one before"),
        (
            {"account": "222222222222"},
            r"is of account 111111111111, the new bundle of 222222222222: name the one before",
        ),
    ],
)
def test_what_cannot_come_after_a_bundle(bundles: Bundles, changes: dict[str, str], says: str) -> None:
    path = bundles.write(taken_at="2026-03-01T00:00:00Z")
    with pytest.raises(EvidenceError, match=says):
        compose.require_after(path, about(**{"taken_at": "2026-04-01T00:00:00Z", **changes}))
