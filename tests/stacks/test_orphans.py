"""What an interrupted deployment left behind, from a state and the tagging API's answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from stacks.orphans import main, orphans

if TYPE_CHECKING:
    from pathlib import Path

PLACE = f"arn:{'aws'}:ec2:us-east-1:111122223333"
STATE: dict[str, Any] = {
    "version": 3,
    "deployment": {"resources": [{"urn": "u"}, {"urn": "v", "id": "vpc-1"}, {"id": "b", "outputs": {"arn": "arn:b"}}]},
}


def tagged(*arns: str) -> dict[str, Any]:
    return {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []} for arn in arns]}


@pytest.mark.parametrize(
    ("arn", "left"),
    [
        (f"{PLACE}:vpc/vpc-1", False),
        (f"{PLACE}:vpc/vpc-2", True),
        ("arn:b", False),
        (f"{PLACE}:instance/i-1", False),
        (f"{PLACE}:launch-template/lt-1", False),
        (f"{PLACE}:security-group/sg-1", True),
    ],
)
def test_what_no_state_knows_and_no_console_makes_was_left_behind(arn: str, *, left: bool) -> None:
    assert orphans(STATE, tagged(arn)) == ((arn,) if left else ())


def test_an_empty_state_knows_nothing() -> None:
    assert orphans({"deployment": {}}, tagged(f"{PLACE}:vpc/vpc-1")) == (f"{PLACE}:vpc/vpc-1",)


def test_the_command_prints_arns_and_its_code_says_whether_there_are_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, answer = tmp_path / "state.json", tmp_path / "tagged.json"
    state.write_text(json.dumps(STATE), "utf-8")
    answer.write_text(json.dumps(tagged(f"{PLACE}:vpc/vpc-2")), "utf-8")
    assert main([str(state), str(answer)]) == 1
    answer.write_text(json.dumps(tagged()), "utf-8")
    assert main([str(state), str(answer)]) == 0
    assert capsys.readouterr().out == f"{PLACE}:vpc/vpc-2\nnothing was left behind\n"


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{", "utf-8")
    with pytest.raises(SettingsError, match=r"state\.json cannot be read as JSON"):
        main([str(tmp_path / "state.json"), str(tmp_path / "none.json")])
