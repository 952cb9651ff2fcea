"""The shape of the code: small files and functions, one direction, the field's own words."""

from __future__ import annotations

import ast
import graphlib
import re
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ROOMS = ("audit", "bench", "cli", "components", "poc", "stacks")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
MOST_FILE_LINES, MOST_FUNCTION_LINES, MOST_MEDIAN_LINES = 400, 50, 10
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
FIXED_PARTITION = re.compile(r"arn:aws(-cn|-us-gov)?:")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def functions(file: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: Function) -> int:
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return (function.end_lineno or first) - first + 1


def place(file: Path, node: ast.AST | None = None) -> str:
    line = getattr(node, "lineno", None)
    return file.relative_to(ROOT).as_posix() + (f":{line}" if line else "")


@cache
def docstrings(file: Path) -> set[ast.AST]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found: set[ast.AST] = set()
    for node in ast.walk(tree(file)):
        for body in [node.body] if isinstance(node, owners) else []:
            found |= {s.value for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)}
    return found


def test_there_is_code_to_look_at() -> None:
    assert len(FILES) > 50


def test_no_file_is_longer_than_400_lines() -> None:
    long = {place(file): lines for file in FILES if (lines := file.read_text().count("\n")) > MOST_FILE_LINES}
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {place(f, fn): n for f in FILES for fn in functions(f) if (n := length(fn)) > MOST_FUNCTION_LINES}
    assert long == {}


def test_functions_are_mostly_under_10_lines() -> None:
    assert median(length(function) for file in FILES for function in functions(file)) <= MOST_MEDIAN_LINES


def test_every_function_is_annotated() -> None:
    bare = []
    for file in FILES:
        for function in functions(file):
            a = function.args
            named = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
            bare += [place(file, x) for x in named if x.annotation is None and x.arg not in {"self", "cls"}]
            bare += [place(file, function)] if function.returns is None and function.name != "__init__" else []
    assert bare == []


def test_no_except_is_bare_or_broad() -> None:
    def broad(kind: ast.expr | None) -> bool:
        kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        return any(k is None or (isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"}) for k in kinds)

    handlers = [(f, node) for f in FILES for node in ast.walk(tree(f)) if isinstance(node, ast.ExceptHandler)]
    assert [place(file, node) for file, node in handlers if broad(node.type)] == []


def test_no_text_fixes_the_partition() -> None:
    found = [
        place(file, node)
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and FIXED_PARTITION.search(node.value)
        and node not in docstrings(file)
    ]
    assert found == []


def test_names_say_what_a_thing_is() -> None:
    words = {
        place(file): part
        for file in FILES
        for name in file.relative_to(ROOT).with_suffix("").parts
        for part in name.lower().split("_")
        if part in BANNED_NAMES
    }
    classes = {
        place(file, node): node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helpers?|Manager|Base)$", node.name)
    }
    assert words | classes == {}


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _top_level(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import: those for type checkers, and those within functions, do not."""
    for node in nodes:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        for block in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _top_level([n for n in getattr(node, block, []) if isinstance(n, ast.stmt)])


def _imports(file: Path, known: set[str]) -> set[str]:
    found: set[str] = set()
    for node in _top_level(tree(file).body):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (within & known) | ({node.module} if within - known else set())
    return (found & known) - {_module(file)}


def test_no_module_imports_itself_in_a_circle() -> None:
    known = {_module(file) for file in FILES}
    try:
        graphlib.TopologicalSorter({_module(file): _imports(file, known) for file in FILES}).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("file", FILES, ids=place)
def test_every_ignore_has_its_reason(file: Path) -> None:
    pattern = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)(.*)$")
    bare = [
        f"{place(file)}:{number}"
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (found := pattern.search(line)) and len(found.group(1).strip(" #")) < len("reason")
    ]
    assert bare == []
