"""What a page must hold, whichever it is: axe-core, the keyboard, a phone's width, both themes."""

from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import HEIGHT, NARROW

SCRIPTS = [
    files("axe_playwright_python").joinpath("axe.min.js").read_text(),
    Path(__file__).with_name("checks.js").read_text(),
]
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def check_page(page: Page) -> None:
    """Fail with all that is wrong with the page that is open: one load, four looks. axe-core may find nothing of any
    weight, rules of best practice included. The other theme has other colours, and nothing else: there, only what
    axe-core finds of colours is asked for again."""
    page.evaluate("window.stop()")  # a page that loads itself again would do so in the middle of the checks
    found = _findings(page)
    assert not found, "\n".join([page.url, *found])


def check_access(page: Page) -> None:
    """Fail with what axe-core finds at this width and in this theme."""
    page.evaluate("window.stop()")
    _load(page)
    found = _ask(page, "axe()", "names()")
    assert not found, "\n".join([page.url, *found])


def _load(page: Page) -> None:
    for script in SCRIPTS:
        page.evaluate(script)


def _findings(page: Page) -> list[str]:
    _load(page)
    size = page.viewport_size
    assert size is not None
    found = [*_ask(page, "axe()", "names()", "sideways()", "spilled()", "forms()"), *_keyboard(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in _ask(page, "colours()")]
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    page.evaluate(TWO_FRAMES)  # scripts that follow the size of what they observe have then run
    found += [f"phone, dark: {each}" for each in _ask(page, "axe()", "names()", "sideways()", "spilled()")]
    page.emulate_media(color_scheme="light")
    found += [f"phone: {each}" for each in _ask(page, "colours()")]
    page.set_viewport_size(size)
    return found


def _ask(page: Page, *questions: str) -> list[str]:
    found: list[str] = []
    for question in questions:
        found += page.evaluate(f"crmsolidChecks.{question}")
    return found


def _keyboard(page: Page) -> list[str]:
    stops = page.evaluate("crmsolidChecks.begin()")
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
    return _ask(page, "keyboard()")
