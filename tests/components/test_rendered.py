import json
from typing import Any

import pulumi

from components.rendered import text, when_known


def test_a_document_is_rendered_once_its_parts_are_known(declare: Any) -> None:
    seen: list[str] = []

    def program() -> pulumi.Output[None]:
        rendered = when_known(lambda key, zone: {"key": key, "zone": zone}, key=pulumi.Output.from_input("k"), zone="z")
        return rendered.apply(seen.append)

    declare(program)
    assert [json.loads(one) for one in seen] == [{"key": "k", "zone": "z"}]


def test_a_known_document_is_text_at_once() -> None:
    assert json.loads(text({"Version": "2012-10-17"})) == {"Version": "2012-10-17"}
