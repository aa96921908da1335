"""Pages answer the methods of HTTP that they have, and no other one."""

from contextlib import suppress

import pytest
from django.urls import NoReverseMatch, reverse

from tests.browser.pages import Address, panel_addresses
from tests.panel import browser
from tests.tenants import Tenants


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "PROPFIND"])
def test_other_methods_are_refused(tenants: Tenants, method: str) -> None:
    client = browser(tenants.owner)
    for address in panel_addresses():
        answer = client.generic(method, _path(address))
        if method == "OPTIONS" and answer.status_code == 200:  # as Django's view classes answer it
            assert (answer.content, "GET" in answer["Allow"] or "POST" in answer["Allow"]) == (b"", True), address
        else:
            assert (answer.status_code, bool(answer["Allow"])) == (405, True), address


def _path(address: Address) -> str:
    """An address of a row that does not exist: the method is refused before the row is looked for."""
    for row in ("1", "con_" + "0" * 26):
        with suppress(NoReverseMatch):
            return reverse(address.name, args=[row] * address.arguments)
    raise AssertionError(address)
