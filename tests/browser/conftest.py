"""A running product, and pages of Chromium in it that fail their test for whatever a browser complains of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.browser.chromium import launch_options
from tests.browser.product import Product, running_product
from tests.telegram_server import TelegramServer

WIDE, NARROW = 1440, 390
HEIGHT = 900
TIMEOUT_MS = 30_000  # for a busy machine; whatever is waited for takes a moment
expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="package")
def telegram() -> Iterator[TelegramServer]:
    """The Telegram server of the product."""
    with TelegramServer() as server:
        yield server
        assert server.crashes() == []


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory, telegram: TelegramServer) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product"), telegram=telegram) as product:
        yield product


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for these modules alone: while Playwright runs, Django's database calls are refused in this thread, and
    tests of other folders may follow in the same process."""
    try:
        options = launch_options()
    except SystemExit as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        yield browser
        browser.close()


@dataclass
class Problems:
    """What the browser complained of: messages of the console, errors of scripts, requests to other hosts, and
    responses with 500 or more. ``expected`` are statuses that the test asks for; with ``outages``, requests may get no
    answer."""

    host: str
    found: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    outages: bool = False

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        text = f"console: {message.text} at {message.location['url']}"
        # Chromium's words, and those of htmx.
        words = [f"{before} {status} " for before in ("status of", "Status Error Code") for status in self.expected]
        # What is under way when a page is left is aborted; an error has other words.
        words += ["console: htmx:sendAbort", "console: htmx:afterRequest"]
        words += ["net::ERR_", "console: htmx:"] if self.outages else []
        if not any(each in text for each in words):
            self.found.append(text)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.found.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 and response.status not in self.expected:
            self.found.append(f"{response.status} at {response.url}")


@dataclass
class Visitors:
    """Opens pages of people who are signed in. :func:`visitors` checks that the browser complained of nothing."""

    product: Product
    browser: Browser
    problems: Problems
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, session: str = "", *, width: int = WIDE, dark: bool = False, javascript: bool = True) -> Page:
        """A new page of a new browser with this session cookie; without one, of a stranger."""
        options: dict[str, Any] = {"color_scheme": "dark" if dark else "light", "reduced_motion": "reduce"}
        context = self.browser.new_context(
            base_url=self.product.url,
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=javascript,
            **options,
        )
        context.set_default_timeout(TIMEOUT_MS)
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.product.url}])
        self.problems.watch(context)
        self.contexts.append(context)
        return context.new_page()

    def reach(self, product: Product) -> None:
        """Pages that are opened from now on are at the address of this product."""
        self.product, self.problems.host = product, urlsplit(product.url).netloc

    def expect(self, *statuses: int) -> None:
        """The test asks for answers with these statuses, which the console would complain of."""
        self.problems.expected.update(statuses)

    def expect_outages(self) -> None:
        """The test cuts the network or ends the server."""
        self.problems.outages = True

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def visitors(product: Product, browser: Browser) -> Iterator[Visitors]:
    visitors = Visitors(product, browser, Problems(urlsplit(product.url).netloc))
    yield visitors
    visitors.close()
    found = visitors.problems.found
    assert not found, "\n".join(found)


@contextmanager
def visitor(product: Product, browser: Browser, session: str) -> Iterator[Visitors]:
    """A browser with one tab for many tests, which keeps what it has loaded: each new one would start another process
    and load all scripts and styles again."""
    visitors = Visitors(product, browser, Problems(urlsplit(product.url).netloc))
    visitors.open(session)
    yield visitors
    visitors.close()


def tab(visitors: Visitors) -> Iterator[Page]:
    """The tab of a visitor for one test, which fails for whatever the browser complained of."""
    [page] = visitors.contexts[0].pages
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.emulate_media(color_scheme="light")
    yield page
    page.goto("about:blank")  # Playwright tells what has happened during a call; and nothing goes on in the page
    problems = visitors.problems
    found, problems.found = problems.found, []
    problems.expected.clear()
    assert not found, "\n".join(found)


@pytest.fixture(scope="package")
def owner(product: Product, browser: Browser) -> Iterator[Visitors]:
    """The owner of the furnished workspace."""
    with visitor(product, browser, product.session("furnished")) as owner:
        yield owner


@pytest.fixture(scope="package")
def stranger(product: Product, browser: Browser) -> Iterator[Visitors]:
    with visitor(product, browser, "") as stranger:
        yield stranger


@pytest.fixture
def page(owner: Visitors) -> Iterator[Page]:
    yield from tab(owner)


@pytest.fixture
def public_page(stranger: Visitors) -> Iterator[Page]:
    yield from tab(stranger)


def stop_clock(page: Page) -> None:
    """No time passes in the page that is open: however slow the machine is, a second key follows soon enough."""
    page.evaluate("{ const now = Date.now(); Date.now = () => now; }")


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(visitors: Visitors, product: Product) -> SignIn:
    """``sign_in("keys", "viewer", width=NARROW)`` opens a page as a member of a seeded workspace."""

    def sign_in(workspace: str, role: str = "owner", **options: Any) -> Page:
        return visitors.open(product.session(workspace, role), **options)

    return sign_in
