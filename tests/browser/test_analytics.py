"""Analytics: what people answered shows up as figures, each of which opens what it counts, and as files."""

import csv
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors
from tests.browser.looks import check_access
from tests.browser.product import Product
from tests.waiting import wait_until

REPORTS = {name: f"/panel/live/analytics/{name}/" for name in ("sequences", "broadcasts", "accounts")}
REPORTS = {"funnel": "/panel/live/analytics/funnel/", **REPORTS}
PEOPLE = ("@reply_ann", "@reply_ben", "@autoreply_cyd", "@fail_privacy_dan")


def post(product: Product, path: str, body: Mapping[str, object]) -> str:
    """Call the API, which has to make something. Returns its id."""
    status, made = product.call("POST", path, product.seeded["workspaces"]["figures"]["token"], body)
    assert status in (200, 201, 202), made
    return str(made["id"])


@pytest.fixture(scope="module")
def answered(product: Product) -> None:
    """Four people get the step of a sequence and then a broadcast: two of them answer, for one a machine answers, and
    one refuses both."""
    seeded = product.seeded["workspaces"]["figures"]
    contacts = [post(product, "/v1/contacts", {"username": name, "name": name[1:]}) for name in PEOPLE]
    for contact in contacts:
        post(product, f"/v1/sequences/{seeded['sequence']}/enroll", {"contact_id": contact})
    wait_until(lambda: len(messages(product)) == 7, "the messages of the sequence and three answers")
    audience = {"contact_ids": contacts}
    body = {"name": "News", "text": "News for {name}", "account_ids": [seeded["account"]], "audience": audience}
    post(product, "/v1/broadcasts", body)
    wait_until(lambda: len(messages(product)) == 14, "those of the broadcast too")


def messages(product: Product) -> list[object]:
    """The messages that are neither waiting nor on their way."""
    token = product.seeded["workspaces"]["figures"]["token"]
    _, answer = product.call("GET", "/v1/messages?limit=50", token)
    return [each for each in answer["data"] if each["status"] in ("sent", "failed", "received")]


@pytest.mark.parametrize("report", REPORTS)
def test_each_figure_opens_what_it_counts(answered: None, sign_in: SignIn, report: str) -> None:
    page = sign_in("figures", "viewer")
    page.goto(REPORTS[report])
    figures = page.locator(".cs-figures tbody a")
    opened = [(each.inner_text(), str(each.get_attribute("href"))) for each in figures.all()]
    assert len(opened) >= {"funnel": 4, "accounts": 4}.get(report, 5), opened
    for text, link in (opened[0], opened[-1]):  # tests/analytics/test_panel.py opens all of them
        count = text.partition("(")[2].partition(" of ")[0] or text  # of a rate, what it is the rate of
        page.goto(link)
        assert page.locator("tbody tr").count() == int(count), (text, link)
    page.get_by_role("main").get_by_role("link", name="Back to the figures").click()
    expect(page.get_by_role("navigation", name="Reports").locator("[aria-current]")).to_have_text(report.capitalize())


def test_figures_of_a_broadcast_are_downloaded(answered: None, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("figures")
    page.goto(REPORTS["broadcasts"])
    expect(page.get_by_role("row", name="News")).to_contain_text("67% (2 of 3)")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of the figures", exact=True).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "broadcasts-figures.csv"
    [row] = csv.DictReader(file.read_text().splitlines())
    names = ("name", "sent", "failed", "replied", "auto_replied", "opted_out")
    assert [row[name] for name in names] == ["News", "3", "1", "2", "1", "0"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_days_are_chosen(answered: None, sign_in: SignIn, visitors: Visitors, width: int) -> None:
    visitors.expect(422)
    page = sign_in("figures", width=width)
    page.goto(REPORTS["sequences"])
    page.locator(".cs-days summary").click()
    page.get_by_role("navigation", name="Days").get_by_role("link", name="Last 7 days").click()
    expect(page.get_by_text("Welcome, step 1")).to_be_visible()
    expect(page.locator(".cs-days summary")).to_have_text("Last 7 days")

    today = date.today()
    choose(page, today - timedelta(days=60), today - timedelta(days=30))
    expect(page.get_by_text("No sequence sent a message in these days.")).to_be_visible()
    choose(page, today - timedelta(days=30), today - timedelta(days=60))
    expect(page.get_by_text("It must not be before the first day")).to_be_visible()


def test_chart_hides_a_line_and_becomes_a_table_without_a_script(
    answered: None, sign_in: SignIn, visitors: Visitors
) -> None:
    page = sign_in("figures", javascript=False)
    page.goto(REPORTS["sequences"])
    card = page.get_by_role("region", name="Over time, by day")
    chart, table = card.get_by_role("img"), card.get_by_role("table")
    expect(chart).to_have_accessible_name(re.compile(r"Sequences, .* The most is 3, "))
    line = chart.locator(".cs-line-of.is-s0")
    expect(line).to_be_visible()
    card.get_by_label("Sent, 3", exact=True).click()
    expect(line).to_be_hidden()
    expect(table).to_be_hidden()
    card.get_by_role("radio", name="Table").check(force=True)
    expect(chart).to_be_hidden()
    expect(table.get_by_role("row")).to_have_count(2)
    expect(card).to_contain_text("29 days without anything are left out.")


def test_newcomer_finds_the_slowest_answers(answered: None, sign_in: SignIn) -> None:
    """Of the last days, with three clicks from Home, and one more opens the conversation."""
    page = sign_in("figures")
    page.goto("/panel/live/inbox/?view=all")
    page.get_by_role("link", name="reply_ann").first.click()
    page.get_by_label("Your answer").fill("I look into it")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#inbox-live")).to_have_text("Sent.")  # the page shows it before that
    page.goto("/panel/live/")
    page.get_by_role("link", name="Reports").click()
    page.get_by_role("link", name="Slowest answers", exact=True).click()
    row = page.get_by_role("row", name="reply_ann").first
    expect(row).to_contain_text("under 1 min")
    row.get_by_role("link", name="Open conversation").click()
    expect(page).to_have_url(re.compile("/panel/live/inbox/thr_"))


TABLES = "how => document.querySelectorAll('main table').forEach((each) => { each.style.visibility = how; })"


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_pass_the_check_of_accessibility(answered: None, sign_in: SignIn, width: int) -> None:
    page = sign_in("figures", width=width)
    for address in ("/panel/live/analytics/", "/panel/live/analytics/team/", *REPORTS.values()):
        page.goto(address)
        check_access(page)
        # Nobody presses what the open menu lies over.
        page.evaluate(TABLES, "hidden")
        page.locator(".cs-days summary").click()
        check_access(page)
        page.locator(".cs-days summary").click()
        page.evaluate(TABLES, "")
        page.evaluate("document.querySelectorAll('input[value=table]').forEach(each => each.click())")
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_report_is_printed_with_all_its_numbers(answered: None, sign_in: SignIn) -> None:
    """On a sheet of A4, with the chart and the table behind it."""
    page = sign_in("figures", width=720, dark=True)
    page.goto(REPORTS["sequences"])
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Reports")).to_be_hidden()
    expect(page.locator(".cs-days")).to_be_hidden()
    expect(page.get_by_text("Welcome, step 1")).to_be_visible()
    for part in (".cs-as-chart", ".cs-as-table"):
        expect(page.get_by_role("region", name="Over time, by day").locator(part)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 720


def choose(page: Page, first: date, last: date) -> None:
    menu = page.locator(".cs-days")
    if not menu.evaluate("each => each.open"):
        menu.locator("summary").click()
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_label("To", exact=True).fill(last.isoformat())
    page.get_by_role("button", name="Show", exact=True).click()
