"""Whatever an address of the panel asks for, it is answered, and never with a 500."""

from itertools import cycle, islice, product
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from crmsolid.panel.components.admin_base import LookAheadChangeList, TenantAdmin
from messaging.models import Message
from tests.panel import PAGES, browser, furnish, listing
from tests.tenants import Tenants

MESSAGES = reverse("admin:messaging_message_changelist")
WHOLE_LIST = "This is the whole list"
VALUES = ["99999999", "9" * 400, "-1", "1e400", "", "a", "\0", "9999-12-31T23:59:59-23:59", "(", "1,2", "x" * 5000]
UNREADABLE = ["9" * 400, "a", "\0", "9999-12-31T23:59:59-23:59"]
# Parameters that all lists read alike.
SHARED = ["p", "o", "e", "all", "_popup", "_to_field", "_facets", "_changelist_filters", "id", "nothing"]
LOOKUPS = ["", "__exact", "__isnull", "__gte", "__lt", "__id__exact", "__id__isnull"]
# A refused statement would spoil the one transaction of a test; the product has none around a list.
pytestmark = pytest.mark.django_db(transaction=True)


def filter_names(page: TenantAdmin) -> list[str]:
    names = []
    for item in page.list_filter:
        name: Any = item[0] if isinstance(item, tuple) else item
        names.append(str(getattr(name, "parameter_name", name)))
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_no_parameter_of_a_list_is_a_500(transactional_db: None, page: TenantAdmin) -> None:
    tenants = Tenants()
    furnish(tenants.workspace, "acme")
    client = browser(tenants.owner)
    lookups = [name + lookup for name in filter_names(page) for lookup in LOOKUPS]
    # Each lookup and each shared parameter gets one value, and another one in the next filter or list.
    values = islice(cycle(VALUES), PAGES.index(page), None)
    pairs = [*zip(lookups, cycle(UNREADABLE), strict=False), *zip(SHARED, values, strict=False)]
    for name, value in [*pairs, *product(["q"], VALUES)]:
        answer = client.get(listing(page), {name: value})
        assert answer.status_code in (200, 302, 400), (name, value)


def test_list_that_fails_for_its_address_is_logged_with_the_error(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A programming error of ours can be the same exception as an unreadable value."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ValueError("a programming error")

    client = browser(Tenants().owner)
    with monkeypatch.context() as patch:
        patch.setattr(LookAheadChangeList, "get_queryset", fail)
        assert client.get(MESSAGES, {"q": "a"}).status_code == 302
    (record,) = [record for record in caplog.records if record.name == "crmsolid.panel"]
    assert (record.levelname, MESSAGES in record.getMessage()) == ("WARNING", True)
    assert record.exc_info is not None and str(record.exc_info[1]) == "a programming error"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_no_id_of_a_row_is_a_500(transactional_db: None, page: TenantAdmin) -> None:
    tenants = Tenants()
    client = browser(tenants.owner)
    values = [*VALUES, "_00", "_", "_zz", "9223372036854775808"]
    # One path for each value, and another one for it in the next list.
    paths = islice(cycle(["change/", "history/", "delete/", ""]), PAGES.index(page), None)
    for value, path in zip(values, paths, strict=False):
        answer = client.get(f"{listing(page)}{quote(value, safe='')}/{path}")
        assert answer.status_code in (200, 302, 400, 403, 404), (value, path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("created_at__gte", "99999999-01-01"), ("created_at__lt", "9999-12-31T23:59:59-23:59"), ("p", "999")],
)
def test_filter_that_cannot_be_read_is_left_out_and_the_page_says_so(
    transactional_db: None, name: str, value: str
) -> None:
    tenants = Tenants()
    message = furnish(tenants.workspace, "acme").of(Message)
    answer: Any = browser(tenants.owner).get(MESSAGES, {name: value}, follow=True)
    assert answer.status_code == 200
    assert WHOLE_LIST in answer.content.decode()
    assert list(answer.context["cl"].result_list) == [message]


@pytest.mark.parametrize("lookup", ["year", "day", "regex", "contains", "in", "date__lt"])
def test_lookup_that_no_filter_offers_is_refused(transactional_db: None, lookup: str) -> None:
    answer = browser(Tenants().owner).get(MESSAGES, {f"created_at__{lookup}": "2026"})
    assert answer.status_code == 400
    assert "This address cannot be read" in answer.content.decode()


def test_what_the_filters_offer_is_allowed(transactional_db: None) -> None:
    """Each link of each filter of each list."""
    tenants = Tenants()
    furnish(tenants.workspace, "acme")
    client = browser(tenants.owner)
    for page in PAGES:
        changelist = client.get(listing(page)).context["cl"]
        links = [choice["query_string"] for spec in changelist.filter_specs for choice in spec.choices(changelist)]
        for link in links:
            answer = client.get(listing(page) + link)
            assert (answer.status_code, WHOLE_LIST in answer.content.decode()) == (200, False), (page, link)
