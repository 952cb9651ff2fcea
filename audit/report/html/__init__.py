"""report.html: one file that works offline, with the facts, the proofs and the raw answers behind what it shows.

Every value is escaped by jinja2 and shown by ``shown``; what scripts read is JSON without a character of markup; a
strict Content-Security-Policy lets run only the page's own script and styles, by their hashes, and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from audit.model.graph import NodeKind
from audit.model.verdict import Result, Severity, Verdict
from audit.report.content import content
from audit.report.html.drawing import inlined
from audit.report.html.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.model.snapshot import Snapshot
    from audit.report.diagrams.picture import Picture
    from audit.report.material import Material

_FOLDER = "templates"
_SCRIPTS = ("shown.js", "drawer.js", "filters.js", "diagrams.js", "page.js")
_ACRONYMS = re.compile(r"\b(vpc|acl|nat|dns|s3)\b")
_LONG = 600
"""More letters than that are folded: an account of many roles names hundreds in one sentence."""


def report(material: Material, snapshot: Snapshot, pictures: Sequence[Picture] = ()) -> str:
    """The page; the same material, snapshot and pictures give the same bytes."""
    shelf = Shelf(material, snapshot)
    drawn = {picture.view: inlined(picture.svg) for picture in pictures}
    style, script = _read("style.css"), "".join(_read(name) for name in _SCRIPTS)
    styles = [style, *(text for _, texts in drawn.values() for text in texts)]
    page = _environment().get_template("report.html.j2").render(
        told=content(material, snapshot),
        material=material,
        shelf=shelf,
        pictures=pictures,
        drawings={view: drawing for view, (drawing, _) in drawn.items()},
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # the same
        policy=_policy(styles, [script]),
        kit=metadata.version("automq-byoc-kit"),
        verdicts=[verdict.value for verdict in Verdict],
        severities=[severity.value for severity in Severity],
        results=[result.value for result in Result],
        kinds={kind.value.replace("_", " "): kind.meaning for kind in NodeKind},
    )  # fmt: skip
    return page.rstrip("\n") + "\n"


def shown(value: Any) -> Any:
    """A text in which what has no shape of its own, such as a mark that turns the direction, shows as its number."""
    if isinstance(value, Markup) or not isinstance(value, str) or value.isprintable():
        return value
    return "".join(letter if letter.isprintable() or letter == "\n" else f"⟨U+{ord(letter):04X}⟩" for letter in value)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    environment.filters.update(words=_words, long=lambda text: len(text) > _LONG, cut=lambda text: text[: _LONG // 2])
    return environment


def _words(value: str) -> str:
    """A machine's words for people."""
    return _ACRONYMS.sub(lambda found: found[0].upper(), str(value).replace("_", " "))


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(_FOLDER, name).read_text("utf-8")


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    return "; ".join((
        "default-src 'none'",
        f"script-src {' '.join(map(_hash, scripts))}",
        f"style-src {' '.join(map(_hash, styles))}",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ))  # fmt: skip


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
