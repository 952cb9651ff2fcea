from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.services import oam

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", oam.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", oam.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", oam.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"


def test_a_link_shows_telemetry_to_the_account_of_its_sink(world: Any) -> None:
    arn, sink = f"arn:aws:oam:{REGION}:{ACCOUNT}:link/l", f"arn:aws:oam:{REGION}:{OTHER}:sink/s"
    kinds = ["AWS::Logs::LogGroup"]
    world.says("oam:ListLinks", {"Items": [{"Arn": arn, "Id": "l", "SinkArn": sink, "ResourceTypes": kinds}]})
    found = world.described(oam)
    assert found.nodes[arn].properties == {"sink": sink, "sink_account": OTHER, "resource_types": kinds}
    assert found.edges == {(ACCOUNT, "owns", arn), (arn, "copies_to", sink)}
