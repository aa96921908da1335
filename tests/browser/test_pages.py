"""What every page of the panel must hold, at the width of a desk and of a phone, light and dark."""

import gzip
import re
from urllib.parse import urljoin

import pytest

from tests.browser.conftest import Visitors
from tests.browser.looks import check_page
from tests.browser.pages import Address, panel_addresses
from tests.browser.product import Answer, Product

COLD_BYTES = 300_000
PAGE_BYTES = 60_000  # of the HTML alone; lists of 50 rows are the longest
# What the query of these addresses names.
QUERIES = {
    "admin:sequences_enrollment_enroll": "?contact={contacts.contact}",
    "admin:contacts_contacttag_edit": "?tag=zebralive%20tag",
}
# Pages for which the furnished workspace has no row, and why.
NOT_FURNISHED = {
    "account:invitation": "nobody has opened a link",
    "account:invitation_link": "its query has no token",
    "account:password_reset_link": "its query has no token",
    "account:password_set": "nobody has opened a link",
    "admin:contacts_contactimport_failed_rows": "its job is no import",
    "admin:contacts_scoringrule_preview": "its job is no preview",
}


def opened(product: Product, address: Address) -> tuple[str, Answer]:
    """The path of an address and what an owner gets there. Skips what answers no page."""
    rows = product.seeded["rows"]["live"]
    path = address.path(rows) + re.sub(r"{(.*?)}", lambda found: rows[found[1]], QUERIES.get(address.name, ""))
    answer = product.get(path, product.session("furnished"))
    allowed = (200, 302, 403, 404, 405) if address.name in NOT_FURNISHED else (200, 302, 403, 405)
    assert answer.status in allowed, f"{answer.status} at {path}"
    return path, answer


def is_page(answer: Answer) -> bool:
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("address", panel_addresses(), ids=lambda address: address.name)
def test_page(product: Product, visitors: Visitors, address: Address) -> None:
    path, answer = opened(product, address)
    if not is_page(answer):
        return
    page = visitors.open(product.session("furnished"))
    page.goto(path)
    check_page(page)


@pytest.mark.parametrize("path", ["/panel/login/", "/panel/sign-up/", "/panel/password-reset/"])
def test_page_for_people_who_are_signed_out(visitors: Visitors, path: str) -> None:
    page = visitors.open()
    page.goto(path)
    check_page(page)


@pytest.mark.parametrize("address", panel_addresses(), ids=lambda address: address.name)
def test_weight(product: Product, address: Address) -> None:
    path, answer = opened(product, address)
    if not address.arguments:  # a list, perhaps: one with 50 rows and more
        answer = product.get(path, product.session("full"))
    if not is_page(answer):
        return
    assert answer.headers.get("content-encoding") == "gzip", path
    assert len(answer.body) < PAGE_BYTES, path
    html = gzip.decompress(answer.body).decode()
    weights = {url: _weight(product, url) for url in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', html))}
    total = len(answer.body) + sum(weights.values())
    assert total < COLD_BYTES, sorted(weights.items(), key=lambda item: -item[1])[:5]


_weights: dict[str, int] = {}


def _weight(product: Product, url: str) -> int:
    """The compressed size of a static file and of the files that a style sheet names, such as fonts."""
    if url not in _weights:
        answer = product.get(url)
        assert answer.status == 200, url
        _weights[url] = len(answer.body)
        if url.endswith(".css"):
            text = gzip.decompress(answer.body) if "content-encoding" in answer.headers else answer.body
            named = set(re.findall(r"url\([\"']?([^\"')]+)", text.decode()))
            _weights[url] += sum(_weight(product, urljoin(url, each)) for each in named if not each.startswith("data:"))
    return _weights[url]
