"""``python -m bench.inbox``: how long answers and messages take to be seen on a page of the inbox, in Chromium.

It starts the product with a database of its own, opens a conversation, answers it by keyboard, has the contact answer,
and goes from one conversation to the next. ``--conversations`` is how many are open, ``--load`` how many processes
keep the cores busy meanwhile. Printed are the median and the slowest of each.
"""

import argparse
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.product import Product, running_product
from tests.products import running

# Notes when each text of a message is first seen, and what the page asks the server for.
WATCH = """
(() => {
  window.seen = {};
  window.pressed = 0;
  const note = (name) => { window.seen[name] ??= performance.now(); };
  addEventListener("keydown", (event) => { if (event.key === "Enter") window.pressed = performance.now(); }, true);
  new MutationObserver(() => {
    for (const each of document.querySelectorAll("#inbox-messages .cs-kept, #inbox-pending .cs-kept")) {
      const text = each.textContent.trim();
      if (!text.startsWith("bench ") && !text.startsWith("You said: bench ")) continue;
      note("bubble " + text);
      const bubble = each.closest("article");
      if (each.closest("#inbox-messages") && bubble.id.startsWith("m-msg_")) note("stored " + text);
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
})();
"""


def row(name: str, times: list[float]) -> None:
    print(
        f"{name:45} median {statistics.median(times):7.0f} ms, slowest {max(times):7.0f} ms  ({len(times)})", flush=True
    )


def measure_answers(page: Page, product: Product, rounds: int) -> None:
    bubbles, stored, arrivals = [], [], []
    for number in range(rounds):
        text = f"bench {number}"
        page.get_by_label("Your answer").fill(text)
        page.keyboard.press("Control+Enter")
        page.wait_for_function("text => window.seen['stored ' + text]", arg=text)
        pressed, bubble, at = page.evaluate(
            "text => [window.pressed, window.seen['bubble ' + text], window.seen['stored ' + text]]", text
        )
        bubbles.append(bubble - pressed)
        stored.append(at - pressed)
        echo = f"You said: {text}"
        page.wait_for_function("text => window.seen['stored ' + text]", arg=echo)
        seen = page.evaluate("text => performance.timeOrigin + window.seen['stored ' + text]", echo) / 1000
        arrivals.append((seen - created_at(product, echo)) * 1000)
    row("from the key to the bubble", bubbles)
    row("from the key to the stored message", stored)
    row("from an incoming message to the page", arrivals)


def created_at(product: Product, text: str) -> float:
    from datetime import datetime

    status, found = product.call(
        "GET", f"/v1/threads/{product.seeded['thread']}/messages?limit=20", product.seeded["token"]
    )
    assert status == 200, found
    [message] = [each for each in found["data"] if each["text"] == text]
    return datetime.fromisoformat(message["created_at"]).timestamp()


def measure_moves(page: Page, rounds: int) -> None:
    """From a click on another row of the list until the composer of that conversation can be used."""
    times, first_paint = [], []
    for number in range(rounds):
        rows = page.locator("#inbox-list .cs-row:not([aria-current])")
        name = rows.nth(number % 5).get_attribute("href").partition("?")[0]  # type: ignore[union-attr]
        started = time.time()
        rows.nth(number % 5).click(no_wait_after=True)
        page.wait_for_function(
            "name => location.pathname === name && window.outbox?.shownPlace === name.split('/').at(-2)",
            arg=name,
        )
        ended = page.evaluate("performance.timeOrigin + performance.now()") / 1000
        times.append((ended - started) * 1000)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        first_paint.append(paint)
    row("from a click to another conversation", times)
    row("  first paint after the navigation began", first_paint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=20)
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    os.environ["BENCH_CONVERSATIONS"] = str(options.conversations)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        product = stack.enter_context(running_product(folder, seed="bench.inbox_seed"))
        for _ in range(options.load):
            stack.enter_context(running(["python3", "-c", "while True: pass"], os.environ, folder / "load"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**launch_options())
        context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": product.seeded["session"], "url": product.url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"/panel/live/inbox/{product.seeded['thread']}/")
        requests: list[Any] = []
        page.on("request", lambda request: requests.append(request.url))
        measure_answers(page, product, options.rounds)
        print(f"{len(requests) / options.rounds:.1f} requests for each answer and what comes back")
        measure_moves(page, options.rounds)
        browser.close()


if __name__ == "__main__":
    main()
