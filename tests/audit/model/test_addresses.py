"""Sets of addresses that are everybody's, however they are written."""

from __future__ import annotations

import pytest

from audit.model.addresses import everyone


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        ((), False),
        (("0.0.0.0/0",), True),
        (("0.0.0.0/1", "128.0.0.0/1"), True),
        (("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1"), True),
        (("128.0.0.0/1",), True),
        (("10.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), False),
        (("::/0",), True),
        (("2000::/3",), True),
        (("2000::/4", "3000::/4"), True),
        (("fc00::/7", "2001:db8::/32"), False),
    ],
)
def test_what_holds_half_of_all_addresses_is_everybody(cidrs: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001  # a row's last column
    assert everyone(cidrs) is expected


def test_what_is_no_cidr_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/x"):
        everyone(["10.0.0.0/x"])
