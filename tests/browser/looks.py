"""What a page must hold, whichever it is: axe-core, the keyboard, a phone's width, both themes."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, Route

from tests.browser.conftest import HEIGHT, NARROW

Theme = Literal["light", "dark"]
SCRIPTS = [
    files("axe_playwright_python").joinpath("axe.min.js").read_text(),
    Path(__file__).with_name("checks.js").read_text(),
]
# What checks.js has passed on some page, and does not judge again on another one.
_passed: set[str] = set()
NARROWEST = 320  # a window of 1280 px at 400 %: https://www.w3.org/WAI/WCAG22/Understanding/reflow
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
MOST_SHIFT = 0.05  # half of what is good: https://web.dev/articles/cls
PAINTED = "new Promise((done) => new PerformanceObserver(() => done()).observe({ type: 'paint', buffered: true }))"
# How much of the page has moved while it was loaded, and what.
SHIFTS = """async () => {
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  await new Promise((done) => setTimeout(done));
  const moved = entries.reduce((sum, each) => sum + each.value, 0);
  return [moved, entries.flatMap((each) => each.sources).map(({ node }) => (node?.outerHTML ?? "text").slice(0, 100))];
}"""


def check_page(page: Page) -> None:
    """Fail with all that is wrong with the page that is open, at its width and at that of a phone. axe-core may find
    nothing of any weight, rules of best practice included. The other theme has other colours, and nothing else: there,
    only what axe-core finds of colours is asked for again."""
    page.evaluate("window.stop()")  # a page that loads itself again would do so in the middle of the checks
    found = _findings(page)
    assert not found, "\n".join([page.url, *found])


def check_access(page: Page) -> None:
    """Fail with what axe-core finds at this width and in this theme."""
    page.evaluate("window.stop()")
    _load(page)
    found = _ask(page, "axe()", "names()")
    _passed.update(page.evaluate("crmsolidChecks.passed()"))
    assert not found, "\n".join([page.url, *found])


def open_page(page: Page, path: str) -> None:
    """Open a page at the width of a phone, where nothing may move while it is loaded, then show it at the width of the
    tab. Its scripts come after it was painted, as over a slow connection."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    held: list[Route] = []
    page.route(re.compile(r"/static/.*\.js$"), lambda route: held.append(route))
    page.goto(path, wait_until="commit")
    page.evaluate(PAINTED)
    page.unroute_all()
    for route in held:
        route.continue_()
    page.wait_for_load_state()
    moved, what = page.evaluate(SHIFTS)
    assert moved <= MOST_SHIFT, f"{page.url} moves by {moved:.3f} while it is loaded: {what}"
    page.set_viewport_size(size)
    page.evaluate(TWO_FRAMES)


def _load(page: Page) -> None:
    for script in SCRIPTS:
        page.evaluate(script)
    page.evaluate("known => crmsolidChecks.trust(known)", list(_passed))


def _findings(page: Page) -> list[str]:
    _load(page)
    size = page.viewport_size
    assert size is not None
    theme, other = _themes(page)
    found = _ask(page, "axe()", "names()", "sideways()", "spilled()", "forms()")
    page.emulate_media(color_scheme=other)
    found += [f"{other}: {each}" for each in _ask(page, "colours()")]
    found += _keyboard(page)
    if size["width"] > NARROW:
        page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        page.evaluate(TWO_FRAMES)  # scripts that follow the size of what they observe have then run
        found += [f"phone, {other}: {each}" for each in _ask(page, "axe()", "names()", "sideways()", "spilled()")]
        page.emulate_media(color_scheme=theme)
        found += [f"phone: {each}" for each in _ask(page, "colours()")]
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        found += [f"{NARROWEST} px: {each}" for each in _ask(page, "sideways()")]
        page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme, forced_colors="active")
    found += [f"forced colours: {each}" for each in _ask(page, "unmarked()")]
    page.emulate_media(forced_colors="none")
    _passed.update(page.evaluate("crmsolidChecks.passed()"))
    return found


def _themes(page: Page) -> tuple[Theme, Theme]:
    """The theme of the page, and the other one."""
    is_dark: bool = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return ("dark", "light") if is_dark else ("light", "dark")


def _ask(page: Page, *questions: str) -> list[str]:
    found: list[str] = []
    for question in questions:
        found += page.evaluate(f"crmsolidChecks.{question}")
    return found


def _keyboard(page: Page) -> list[str]:
    before, after = page.evaluate("crmsolidChecks.begin()")
    _press_tab(page, before)
    if after:
        page.evaluate("crmsolidChecks.skip()")
        _press_tab(page, after)
    return _ask(page, "keyboard()")


def _press_tab(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.down("Tab")  # held down, which is half as many events
    page.keyboard.up("Tab")
