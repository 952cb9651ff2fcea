from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from audit.collect.plain import plain, plain_answer


def test_times_are_utc_to_the_second_that_aws_gave() -> None:
    east = timezone(timedelta(hours=2))

    assert plain(datetime(2026, 11, 23, 2, 0, tzinfo=east)) == "2026-11-23T00:00:00Z"
    assert plain(datetime(2026, 11, 23, 0, 0, 1, 500000, tzinfo=UTC)) == "2026-11-23T00:00:01.500000Z"
    assert plain(datetime(2026, 11, 23)) == "2026-11-23T00:00:00Z"  # noqa: DTZ001  # a time without a zone is the case


def test_bytes_are_text_or_base64() -> None:
    assert plain(b"text") == "text"
    assert plain(b"\xff\xfe") == "//4="


def test_an_answer_is_json_without_botocores_envelope() -> None:
    answer = {"ResponseMetadata": {"RequestId": "x"}, "Items": ({"At": datetime(2026, 1, 1, tzinfo=UTC)},), "N": None}

    assert json.loads(json.dumps(plain_answer(answer))) == {"Items": [{"At": "2026-01-01T00:00:00Z"}], "N": None}
