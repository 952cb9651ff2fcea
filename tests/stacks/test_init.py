from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from stacks.automq_config import sample_automq_config
from stacks.init import Question, answers, questions, render
from stacks.stack_files import load_stack_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = sample_automq_config("env-abc", "us-east-1", "111122223333")
GIVEN: dict[str, Any] = {"environment_id": "env-abc", "aws_account_id": "111122223333", "region": "us-east-1"}


def unasked(question: Question) -> str:
    raise AssertionError(question.setting)


def test_only_what_has_no_default_is_asked() -> None:
    assert [question.setting for question in questions()] == [
        "environment_id",
        "aws_account_id",
        "region",
        "automq_config",
    ]
    assert [question.setting for question in questions() if question.secret] == ["automq_config"]
    assert all(len(question.prompt) > len(question.setting) + 10 for question in questions())


def test_the_config_answers_what_it_knows() -> None:
    asked: list[str] = []

    def ask(question: Question) -> str:
        asked.append(question.setting)
        return {"automq_config": CONFIG, "aws_account_id": "111122223333"}[question.setting]

    assert answers({}, ask) == {**GIVEN, "automq_config": CONFIG}
    assert asked == ["automq_config", "aws_account_id"]


def test_the_config_may_come_later() -> None:
    collected = answers(GIVEN, lambda question: "" if question.secret else unasked(question))
    assert collected == GIVEN


def test_given_answers_are_not_asked_for() -> None:
    assert answers({**GIVEN, "automq_config": CONFIG, "wal": "FSWAL"}, unasked)["wal"] == "FSWAL"


def test_an_answer_to_no_question_is_told() -> None:
    with pytest.raises(SettingsError, match="did you mean region"):
        answers({"regoin": "x"}, unasked)


def test_the_file_holds_the_answers_and_never_the_secret(tmp_path: Path) -> None:
    made = render("stage", {**GIVEN, "automq_config": CONFIG, "wal": "FSWAL"})
    assert CONFIG not in made.text
    assert "automq_config" not in made.text
    assert made.commands == ("pulumi config set --stack stage --secret automq_config",)
    path = tmp_path / made.name
    path.write_text(made.text, "utf-8")
    assert load_stack_file(path) == ({**GIVEN, "wal": "FSWAL"}, frozenset())


def test_wrong_answers_make_no_file() -> None:
    with pytest.raises(SettingsError, match="wal is 'DISK'"):
        render("stage", {**GIVEN, "wal": "DISK"})
    with pytest.raises(SettingsError, match="automq_config is no Base64 JSON"):
        render("stage", {**GIVEN, "automq_config": "nonsense"})


@pytest.mark.parametrize("stack", ["", "../x", "a b", "-x"])
def test_a_stack_that_cannot_be_named_is_told(stack: str) -> None:
    with pytest.raises(SettingsError, match="rename it"):
        render(stack, GIVEN)
