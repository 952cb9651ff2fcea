"""Every way in which an answer can be broken is written down once and has exactly one policy."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from audit.policy import load
from audit.policy.rule import Answers
from audit.questions import questions

ROOT = Path(__file__).parents[3]
DOUBTS = {"upper_bound"}


def _said(name: str) -> set[str]:
    """The reasons that stand beside Verdict.BROKEN in a question's source, and those handed to judge()."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / f"audit/questions/{name}.py").read_text())):
        if isinstance(node, ast.Call):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if getattr(node.func, "id", "") == "Claim" and ast.unparse(node.args[0]) == "Verdict.BROKEN":
                found |= set(texts[:1])
            if getattr(node.func, "id", "") == "judge":
                found |= set(texts)
    return found


@pytest.mark.parametrize("name", list(questions()))
def test_a_question_lists_the_reasons_that_its_source_says(name: str) -> None:
    assert _said(name) <= questions()[name].BROKEN


@pytest.mark.parametrize("name", ["doors", "holders", "signals", "takers", "weaknesses"])
def test_what_questions_share_says_only_reasons_of_questions(name: str) -> None:
    assert _said(name) <= {reason for module in questions().values() for reason in module.BROKEN}


def test_every_broken_reason_has_exactly_one_policy() -> None:
    judged = [(question, reason) for question, reason in _taken("without") if reason not in DOUBTS]
    raised = [(name, reason) for name, module in questions().items() for reason in module.BROKEN]
    assert sorted(judged) == sorted(raised)


def test_undeclared_access_that_an_unread_layer_may_deny_is_a_finding_of_each_question_about_access() -> None:
    doubted = [question for question, reason in _taken("without") if reason in DOUBTS]
    assert sorted(doubted) == ["audit_trails", "bucket_owner", "data_plane_access"]


def _taken(word: str) -> list[tuple[str, str]]:
    """Question and reason of every claim that a policy makes a finding of."""
    rules = [policy.expect for policy in load(None) if isinstance(policy.expect, Answers)]
    return [(rule.question, reason) for rule in rules for reason in getattr(rule, word)]
