"""The panel's lists show a page at a time and never count all rows to do so."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact, Segment
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Thread
from tests.panel import PAGES, browser, furnish, later, listing
from tests.tenants import Tenants

AUDIT_LOG = reverse("admin:workspaces_auditentry_changelist")


def fill_audit_log(tenants: Tenants, number: int) -> None:
    """Replace the audit log by so many entries: entry 1 is the newest."""
    AuditEntry.unscoped.all().delete()
    AuditEntry.unscoped.bulk_create(
        AuditEntry(workspace=tenants.workspace, action=f"entry.{each}", subject_kind="system", surface="system")
        for each in range(number, 0, -1)
    )


def visible(answer: Any) -> str:
    """The words of the line below the list, and where its links lead."""
    line = answer.content.decode().partition('aria-label="Pages"')[2].partition("</nav>")[0]
    words = re.sub(r'<a [^>]*href="([^"]*)"[^>]*>([^<]*)</a>', r"\2(\1)", line.partition(">")[2])
    return " ".join(re.sub(r"<[^>]*>", " ", words).split())


def without_badge(queries: CaptureQueriesContext) -> list[str]:
    """The statements without the one that each page has: it counts who waits, up to a hundred."""
    statements = [each["sql"] for each in queries.captured_queries]
    badge = [sql for sql in statements if sql.startswith("SELECT COUNT(") and sql.endswith("LIMIT 100) subquery")]
    assert len(badge) == 1
    return [sql for sql in statements if sql not in badge]


@pytest.mark.parametrize("query", ["", "?q=acme", "?p=1&o=1"], ids=["plain", "search", "sorted"])
def test_no_list_counts_its_rows(tenants: Tenants, query: str) -> None:
    furnish(tenants.workspace, "acme")
    for page in PAGES:
        with CaptureQueriesContext(connection) as queries:
            assert browser(tenants.owner).get(listing(page) + query).status_code == 200, page
        statements = without_badge(queries)
        counts = [sql for sql in statements if re.match(r"SELECT (COUNT\(|DISTINCT\b)", sql)]
        if page.model is Segment:  # it shows how many contacts are in each, as far as a second goes
            counts = [sql for sql in counts if 'FROM "contacts_contact"' not in sql]
        assert counts == [], page
        rows = [sql for sql in statements if f'FROM "{page.model._meta.db_table}"' in sql and "LIMIT 51" in sql]
        assert len(rows) == 1, page


def test_search_of_more_than_200_characters_is_refused(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    for page in [page for page in PAGES if page.search_fields]:
        assert browser(tenants.owner).get(listing(page), {"q": "a " * 100}).status_code == 200, page
        with CaptureQueriesContext(connection) as queries:
            answer = browser(tenants.owner).get(listing(page), {"q": "%a " * 2000})
        assert answer.status_code == 200, page
        assert "This is the whole list: a search has at most 200 characters." in answer.content.decode(), page
        assert not any("LIKE" in each["sql"] for each in queries.captured_queries), page


@pytest.mark.parametrize(
    ("rows", "number", "line"),
    [
        (0, 1, ""),
        (1, 1, "1 audit entry"),
        (50, 1, "50 audit entries"),
        (51, 1, "Page 1 Next(?p=2) 1 to 50"),
        (51, 2, "Previous(?p=1) Page 2 51 audit entries"),
        (120, 2, "Previous(?p=1) Page 2 Next(?p=3) 51 to 100"),
        (120, 3, "First(?p=1) Previous(?p=2) Page 3 120 audit entries"),
    ],
)
def test_the_line_below_a_list_leads_to_the_pages_around_it(
    tenants: Tenants, rows: int, number: int, line: str
) -> None:
    fill_audit_log(tenants, rows)
    answer = browser(tenants.owner).get(AUDIT_LOG, {"p": number} if number > 1 else {})
    assert visible(answer) == line
    first = (number - 1) * 50
    shown = [entry.action for entry in answer.context["cl"].result_list]
    assert shown == [f"entry.{each}" for each in range(first + 1, min(rows, first + 50) + 1)]


def test_links_to_other_pages_keep_the_filter_and_the_search(tenants: Tenants) -> None:
    fill_audit_log(tenants, 60)
    assert "Next(?p=2&amp;q=entry&amp;surface=system)" in visible(
        browser(tenants.owner).get(AUDIT_LOG, {"surface": "system", "q": "entry"})
    )


@pytest.mark.parametrize("number", ["3", "0", "-1", "10001", "9" * 30])
def test_a_page_that_does_not_exist_leads_to_the_first(tenants: Tenants, number: str) -> None:
    fill_audit_log(tenants, 60)
    answer = browser(tenants.owner).get(AUDIT_LOG, {"p": number}, follow=True)
    assert answer.status_code == 200
    assert visible(answer).startswith("Page 1 Next")


def test_all_rows_on_one_page_are_not_offered(tenants: Tenants) -> None:
    fill_audit_log(tenants, 60)
    answer = browser(tenants.owner).get(AUDIT_LOG, {"all": ""})
    assert len(answer.context["cl"].result_list) == 50
    assert "Show all" not in answer.content.decode()


@pytest.mark.parametrize(("number", "status", "links"), [("1", 200, "Older"), ("2", 200, "Newer"), ("3", 404, "")])
def test_the_history_of_a_row_is_paged_without_counting(tenants: Tenants, number: str, status: int, links: str) -> None:
    contact = furnish(tenants.workspace, "acme").rows[0]
    AuditEntry.unscoped.all().delete()
    AuditEntry.unscoped.bulk_create(
        AuditEntry(workspace=tenants.workspace, action="contact.changed", surface="panel", target=contact.pk)
        for _ in range(60)
    )
    with CaptureQueriesContext(connection) as queries:
        answer = browser(tenants.owner).get(reverse("admin:contacts_contact_history", args=[contact.pk]), {"p": number})
    assert answer.status_code == status
    assert not [sql for sql in without_badge(queries) if "COUNT(" in sql.upper()]
    text = answer.content.decode()
    assert [word for word in ("Newer", "Older") if f">{word}</a>" in text] == ([links] if links else [])


def test_the_home_page_counts_no_further_than_it_shows(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsolid.panel.pages.home.MAX_WAITING", 2)
    monkeypatch.setattr("crmsolid.panel.pages.home_figures.MAX_CONTACTS", 2)
    thread = furnish(tenants.workspace, "acme").of(Thread)
    client = browser(tenants.owner)

    def shown() -> tuple[str, str]:
        context = client.get(reverse("admin:index")).context
        return context["customers"].text, context["figures"][-1].value

    assert shown() == ("0", "1")
    for each in range(3):
        contact = Contact.unscoped.create(workspace=tenants.workspace, search=str(each))
        fields = {"workspace": tenants.workspace, "account": thread.account, "waiting_since": later(-0.1)}
        Thread.unscoped.create(**fields, contact=contact)
    assert shown() == ("2+", "2+")
