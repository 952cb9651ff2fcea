"""A drawing within a page: only what draws is let in, and no style attribute, which the page's policy forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELEMENTS = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
    "marker", "mask", "defs", "clipPath", "pattern", "linearGradient", "stop", "title", "desc", "style",
})  # fmt: skip
_STYLES = frozenset({
    "stroke-width", "stroke-dasharray", "stroke", "fill", "opacity", "fill-opacity", "stroke-opacity",
    "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "text-decoration",
})  # fmt: skip
_ATTRIBUTES = _STYLES | {
    "viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry",
    "d", "points", "dx", "dy", "transform", "id", "class", "role", "aria-label", "data-box", "data-arrow",
    "data-flows", "marker-start", "marker-end", "markerWidth", "markerHeight", "markerUnits", "refX", "refY", "orient",
    "mask", "maskUnits", "clip-path", "stroke-linecap", "stroke-linejoin", "offset", "stop-color", "gradientUnits",
}  # fmt: skip


def inlined(svg: str) -> tuple[Markup, list[str]]:
    """The drawing as elements of an HTML page, and the texts of its style elements."""
    root = ET.fromstring(svg)  # noqa: S314  # drawn by our own d2 program
    drawn = _cleaned(root)
    for attribute in ("width", "height"):
        drawn.attrib.pop(attribute, None)
    styles = ["".join(style.itertext()) for style in drawn.iter("style")]
    return Markup(ET.tostring(drawn, encoding="unicode")), styles  # noqa: S704  # serialised by the XML library


def _cleaned(element: ET.Element) -> ET.Element:
    made = ET.Element(_local(element.tag), dict(_attributes(element)))
    made.text, made.tail = element.text, element.tail
    made.extend(_cleaned(child) for child in element if _local(child.tag) in _ELEMENTS)
    return made


def _attributes(element: ET.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if _local(name) in _ATTRIBUTES and "url(" not in value.replace("url(#", ""):
            yield _local(name), value
    for rule in element.get("style", "").split(";"):
        name, _, value = rule.partition(":")
        if name.strip() in _STYLES and "url(" not in value:
            yield name.strip(), value.strip()


def _local(name: object) -> str:
    """A name without its namespace; a comment has none that is let in."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
