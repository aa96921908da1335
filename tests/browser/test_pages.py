"""What every page, of the panel and public, must hold, at the width of a desk and of a phone, light and dark."""

import gzip
import json
import re
from urllib.parse import quote, urljoin

import pytest
from playwright.sync_api import Page, expect

from crmsolid.panel.components.addresses import Side
from tests.architecture import PACKAGES, ROOT
from tests.browser.conftest import HEIGHT, NARROW, WIDE, Visitors
from tests.browser.looks import check_access, check_page, open_page
from tests.browser.markup import faults
from tests.browser.pages import Address, panel_addresses
from tests.browser.product import Answer, Product

COLD_BYTES = 120_000  # of what a browser loads that has nothing yet, compressed
PAGE_BYTES = 15_000  # of the HTML alone; lists of 50 rows are the longest
# What the query of these addresses names.
QUERIES = {
    "admin:analytics_behind": "?report=sequences&figure=sent&id={sequences.sequence}&version=1&step=first",
    "admin:search": "?q=zebra",
    "admin:sequences_enrollment_enroll": "?contact={contacts.contact}",
    "admin:contacts_contacttag_edit": "?tag={tag}",
}
# What is different on the test side, and pages of each kind. These are opened there, too.
ON_BOTH_SIDES = re.compile(
    r"admin:(index|inbox|inbox_thread|members|plan|workspace|(apikeys_apikey|contacts_contact|messaging_message)_changelist"
    r"|(apikeys_apikey|contacts_contact|messaging_account|sequences_sequence)_change|(apikeys_apikey|messaging_account)_add)$"
)
# Pages that an owner does not get, and why.
NOT_FURNISHED = {
    "account:invitation": "test_people.py opens the link",
    "account:invitation_link": "test_people.py opens the link",
    "account:password_reset_link": "test_people.py opens the link",
    "account:password_set": "test_people.py opens the link",
    "admin:contacts_contactimport_failed_rows": "a file, and the job is no import",
    "admin:contacts_scoringrule_preview": "on the test side there is none",
}


def path_of(product: Product, address: Address, side: Side) -> str:
    """The path of an address, for the rows of the furnished workspace."""
    rows = {"side": side, **product.seeded["rows"][side]}
    path = address.path(rows).replace("/panel/live/", f"/panel/{side}/")
    return path + re.sub(r"{(.*?)}", lambda found: quote(rows[found[1]]), QUERIES.get(address.name, ""))


_answers: dict[str, Answer] = {}


def opened(product: Product, address: Address, side: Side = "live") -> tuple[str, Answer]:
    """The path of an address and what an owner gets there, which is asked for once."""
    path = path_of(product, address, side)
    answer = _answers.get(path) or product.get(path, product.session("furnished"))
    _answers[path] = answer
    allowed = (200, 302, 403, 404, 405) if address.name in NOT_FURNISHED else (200, 302, 403, 405)
    assert answer.status in allowed, f"{answer.status} at {path}"
    return path, answer


def is_page(answer: Answer) -> bool:
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html")


def html_of(answer: Answer) -> str:
    """The page; short ones are not compressed."""
    is_compressed = answer.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(answer.body) if is_compressed else answer.body).decode()


@pytest.mark.parametrize("address", panel_addresses(), ids=lambda address: address.name)
def test_page(product: Product, page: Page, address: Address) -> None:
    path, answer = opened(product, address)
    if not is_page(answer):
        return
    open_page(page, path)
    check_page(page)


@pytest.mark.parametrize("address", panel_addresses(), ids=lambda address: address.name)
def test_markup(product: Product, address: Address) -> None:
    path, answer = opened(product, address)
    if is_page(answer):
        found = faults(html_of(answer), "zebralive")
        assert not found, "\n".join([path, *found])


def test_dark_theme_has_other_colours_and_nothing_else() -> None:
    """By ``light-dark()``, which takes colours alone: check_page asks for nothing else in the other theme."""
    styles = [file for package in PACKAGES for file in (ROOT / package).rglob("static/**/*.css")]
    assert {"panel.css", "docs.css"} <= {file.name for file in styles}
    for file in styles:
        text = file.read_text()
        assert "prefers-color-scheme" not in text, file
        rules = re.findall(r"\[data-theme[^{}]*{(.*?)}", text)
        assert set(rules) <= {" color-scheme: light; ", " color-scheme: dark; "}, file


@pytest.mark.parametrize(
    "address", [each for each in panel_addresses() if ON_BOTH_SIDES.search(each.name)], ids=lambda address: address.name
)
def test_page_of_the_test_side(product: Product, page: Page, address: Address) -> None:
    """At one width and in one theme: the templates are those of the live side."""
    path, answer = opened(product, address, "test")
    assert is_page(answer), path
    page.goto(path)
    check_access(page)
    expect(page).to_have_title(re.compile(r"^\[TEST\] "))


@pytest.mark.parametrize("path", ["login/", "sign-up/", "password-reset/", "invitation/", "password-reset/new/"])
def test_page_for_people_who_are_signed_out(product: Product, stranger: Visitors, public_page: Page, path: str) -> None:
    stranger.expect(404)  # of those for which a link is needed first
    found = faults(html_of(product.get(f"/panel/{path}")), "zebralive")
    assert not found, "\n".join(found)
    open_page(public_page, f"/panel/{path}")
    check_page(public_page)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "docs/",
        "docs/guide/rate-limits",
        "docs/guide/recipes",
        "docs/development",
        "docs/errors/",
        "docs/errors/contact_conflict",
        "docs/search?q=advisory",
        "docs/gone",
    ],
)
def test_public_page(stranger: Visitors, public_page: Page, path: str) -> None:
    stranger.expect(404)  # of the page that is gone
    open_page(public_page, f"/{path}")
    check_page(public_page)


def test_refusals_of_an_operation_in_the_api_reference_are_their_codes_alone(public_page: Page) -> None:
    """Each of 17 with its sample and its headers, the operation would be 10,000 pixels high."""
    public_page.goto("/swagger")
    public_page.locator("#operations-Messages-send_message .opblock-summary-control").click()
    refusal = public_page.locator('.is-open .response[data-code="429"]')
    expect(refusal.get_by_text("account_daily_limit")).to_be_visible()
    expect(refusal.locator(".model-example")).to_be_hidden()
    expect(refusal.locator(".headers-wrapper")).to_be_hidden()
    for code in (200, 202):
        expect(public_page.locator(f'.is-open .response[data-code="{code}"] .model-example')).to_be_visible()


ADD_STYLE = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}"""
# Styles with a fault, and what is said of it.
FAULTS = {
    "h1 { color: light-dark(#111, #444) !important }": "dark: axe color-contrast",
    "@media (width < 600px) { h1 { color: light-dark(#bbb, #eee) !important } }": "phone: axe color-contrast",
    ":focus-visible:not(main *) { outline: none !important; box-shadow: none !important }": "focus cannot be seen",
    "@media (width < 350px) { h1 { width: 400px } }": "320 px: scrolls",
    "[aria-current] { outline: none !important }": "forced colours: looks like the others",
}
# HTML with a fault, and what is said of it.
MARKUP_FAULTS = {
    '<input type="password" type="email">': "an attribute twice",
    '<p id="x"></p><p id="x"></p>': "an id twice",
    '<label for="">': "for names nothing",
    '<input type="email" aria-describedby="x_helptext">': "aria-describedby names nothing",
    '<form><p class="cs-help" id="x">Help</p></form>': "help of no field",
    '<fieldset><input type="radio" name="x"></fieldset>': "a radio button in no group",
    '<time datetime="2026-06-04T09:00:00.123456+00:00">': "no valid time",
    "<textarea></textarea>": "no direction",
    "<p>zebralive note</p>": "no direction",
}


def test_what_has_passed_is_judged_anew_where_it_looks_different(public_page: Page) -> None:
    public_page.goto("/docs/errors/contact_conflict")
    check_page(public_page)
    for style, said in FAULTS.items():
        public_page.reload()
        public_page.evaluate(ADD_STYLE, style)
        with pytest.raises(AssertionError, match=said):
            check_page(public_page)


@pytest.mark.parametrize("html", MARKUP_FAULTS)
def test_faults_of_markup_are_found(html: str) -> None:
    [found] = faults(html, "zebralive")
    assert found.startswith(MARKUP_FAULTS[html])


def test_documentation_is_searched_while_somebody_types(visitors: Visitors) -> None:
    page = visitors.open(width=NARROW, dark=True)
    page.goto("/")
    with page.expect_navigation():  # until its scripts run
        page.get_by_role("link", name="All of the documentation").click()
    page.keyboard.press("/")
    page.keyboard.type("restore a backup")
    found = page.locator("#docs-found")
    section = found.locator("a[href='/docs/deployment#restore-a-backup']")
    expect(section).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    page.keyboard.type("restore a backup")  # Escape has emptied the field
    expect(section).to_be_visible()
    check_access(page)
    page.keyboard.press("ArrowDown")
    expect(found.get_by_role("link").first).to_be_focused()
    section.press("Enter")
    expect(page).to_have_url(re.compile(r"/docs/deployment#restore-a-backup$"))
    expect(page.get_by_role("heading", name="Restore a backup")).to_be_in_viewport()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Development", exact=True).click()
    expect(page).to_have_title("Development | CRM Solid docs")


def test_language_of_examples_is_chosen_once_for_all_pages(visitors: Visitors) -> None:
    page = visitors.open(width=NARROW)
    page.goto("/docs/guide/recipes")
    tabs = page.get_by_role("tablist").last
    expect(tabs.get_by_role("tab", selected=True)).to_have_text("curl")
    tabs.get_by_role("tab", name="curl").focus()
    before = tabs.evaluate("each => each.getBoundingClientRect().top")
    page.keyboard.press("ArrowLeft")
    expect(tabs.get_by_role("tab", name="C#")).to_be_focused()
    assert tabs.evaluate("each => each.getBoundingClientRect().top") == pytest.approx(before, abs=1)
    expect(page.get_by_role("tabpanel", name="C#").first).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Python")).to_have_count(0)
    page.goto("/docs/guide/getting-started")
    expect(page.get_by_role("tab", selected=True).first).to_have_text("C#")
    page.get_by_role("tab", name="TypeScript").first.click()
    page.reload()
    expect(page.get_by_role("tabpanel", name="TypeScript").first).to_contain_text("crm.messages.send")


def test_documentation_is_searched_without_a_script(visitors: Visitors) -> None:
    page = visitors.open(javascript=False)
    page.goto("/docs/")
    page.get_by_role("searchbox").fill("rate_limited")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/docs/errors/rate_limited$"))


def test_code_of_the_documentation_is_copied(visitors: Visitors) -> None:
    page = visitors.open()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/docs/errors/rate_limited")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["code"] == "rate_limited"


# The lines of the blocks of code that the block's button covers, with the block scrolled to its start and to its end.
COVERED_LINES = """() => [...document.querySelectorAll(".docs-code")].flatMap((block) => {
  const code = block.querySelector("pre"), button = block.querySelector("button").getBoundingClientRect();
  if (!button.width) return ["no button: " + code.textContent.slice(0, 40)];
  const text = document.createRange();
  text.selectNodeContents(code);
  return [0, code.scrollWidth].flatMap((left) => {
    code.scrollLeft = left;
    const shown = code.getBoundingClientRect();
    const covered = [...text.getClientRects()].some((line) =>
      Math.max(line.left, shown.left) < button.right && Math.min(line.right, shown.right) > button.left &&
      line.top < button.bottom && line.bottom > button.top);
    return covered ? [code.textContent.slice(0, 40)] : [];
  });
})"""


@pytest.mark.parametrize("path", ["development", "guide/requests", "guide/webhooks", "errors/rate_limited"])
def test_button_that_copies_code_covers_none_of_it(public_page: Page, path: str) -> None:
    public_page.goto(f"/docs/{path}")
    for width in (WIDE, NARROW):
        public_page.set_viewport_size({"width": width, "height": HEIGHT})
        expect(public_page.get_by_role("button", name="Copy").first).to_be_visible()
        assert public_page.evaluate(COVERED_LINES) == []


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
            # A page loads the fonts of its own scripts; that of Latin is preloaded by each, and counted there.
            named = {each for each in named if not each.startswith(("data:", "fonts/"))}
            _weights[url] += sum(_weight(product, urljoin(url, each)) for each in named)
    return _weights[url]
