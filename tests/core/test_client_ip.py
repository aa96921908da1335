"""IP addresses as servers and proxies write them."""

import pytest

from crmsolid.core.client_ip import network_of, parse_ip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.9", "192.0.2.9"),
        (" 192.0.2.9 ", "192.0.2.9"),
        ("192.0.2.9:51234", "192.0.2.9"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("[::ffff:192.0.2.9]:80", "192.0.2.9"),
        ("unknown", None),
        ("_hidden", None),
        ("192.0.2.09", None),
        ("192.0.2.9, 192.0.2.8", None),
        ("", None),
    ],
)
def test_address_is_parsed_to_its_canonical_form(text: str, address: str | None) -> None:
    assert parse_ip(text) == address


@pytest.mark.parametrize(
    ("ip", "network"),
    [("192.0.2.9", "192.0.2.0/24"), ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"), (None, "unknown")],
)
def test_network_of_an_address(ip: str | None, network: str) -> None:
    assert network_of(ip, ipv4=24, ipv6=56) == network
