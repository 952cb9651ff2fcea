from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.redact.addresses import Addresses
from audit.evidence.redact.key import Pseudonyms

KEYS = st.binary(min_size=32, max_size=32)
FOUR = st.ip_addresses(v=4)
SIX = st.ip_addresses(v=6)


def replaced(key: bytes, text: str) -> str:
    return Addresses(Pseudonyms(key)).replaced(text)


@given(KEYS, FOUR | SIX, st.integers(0, 128))
def test_an_address_is_within_the_ranges_that_it_was_within(key: bytes, address: object, length: int) -> None:
    one = ip_address(str(address))
    network = ip_network(f"{one}/{min(length, one.max_prefixlen)}", strict=False)
    there = ip_network(replaced(key, str(network)))
    assert there.prefixlen == network.prefixlen
    assert ip_address(replaced(key, str(one))) in there


@given(KEYS, FOUR, FOUR)
def test_two_addresses_share_as_many_bits_as_before(key: bytes, one: object, other: object) -> None:
    def shared(*pair: object) -> int:
        first, second = (int(ip_address(str(each))) for each in pair)
        return 32 - (first ^ second).bit_length()

    fixed = [ip_network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "255.255.255.255/32")]
    if not any(ip_address(str(each)) in block for each in (one, other) for block in fixed):
        assert shared(one, other) == shared(replaced(key, str(one)), replaced(key, str(other)))


@given(KEYS, FOUR | SIX)
def test_what_is_private_stays_so_and_what_is_public_too(key: bytes, address: object) -> None:
    before, after = ip_address(str(address)), ip_address(replaced(key, str(address)))
    assert (before.is_link_local, before.is_loopback, before.is_multicast) == (
        after.is_link_local,
        after.is_loopback,
        after.is_multicast,
    )
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "2000::/3"):
        network = ip_network(block)
        if network.version == before.version:
            assert (before in network) == (after in network)


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "::/0", "10.0.0.0/8", "169.254.169.254", "127.0.0.1", "::1", "fd00:ec2::254"]
)
def test_what_means_the_same_everywhere_stays(text: str) -> None:
    assert replaced(b"k" * 32, text) == text


def test_the_key_chooses() -> None:
    found = {replaced(bytes([number]) * 32, "10.42.17.5") for number in range(20)}
    assert len(found) > 15
    assert all(text.startswith("10.") for text in found)


def test_an_address_of_a_network_written_with_its_length_keeps_both() -> None:
    key = b"k" * 32
    assert replaced(key, "10.42.17.5/16") == f"{replaced(key, '10.42.17.5')}/16"


@pytest.mark.parametrize("text", ["", "10.0.0", "300.1.1.1", "10.0.0.0/33", "x"])
def test_what_is_no_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        replaced(b"k" * 32, text)
