"""Two hundred answers on a day of bad connections: each is written once, and none is lost.

It takes minutes, so it is run by hand: ``make chaos TESTS=tests/browser/outages.py``. ``SEED=`` repeats the choices of
a run that failed, which prints it.
"""

import os
import random
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import SignIn, Visitors
from tests.browser.product import Product
from tests.browser.test_outbox import composer, open_thread, written
from tests.waiting import wait_until

ANSWERS, CONVERSATIONS = 200, 5
RESTART_AT = (60, 130)
# What is done to the network, in bytes a second and milliseconds.
GOOD = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
CUT = {**GOOD, "offline": True}
SLOW = {"offline": False, "latency": 100, "downloadThroughput": 200_000, "uploadThroughput": 20_000}
READY = "document.readyState === 'complete' && !!window.outbox && !!document.querySelector('#composer')"
PATIENCE = 300  # a restart on a busy machine takes a while


@dataclass
class Tab:
    """A tab whose network and pages come and go."""

    page: Page
    threads: list[str]
    dice: random.Random
    network: dict[str, int] = field(default_factory=lambda: GOOD)

    def __post_init__(self) -> None:
        self.protocol = self.page.context.new_cdp_session(self.page)
        self.protocol.send("Network.enable")

    def set_network(self, network: dict[str, int]) -> None:
        self.network = network
        self.protocol.send("Network.emulateNetworkConditions", dict(network))

    def open(self, thread: str) -> None:
        """Open the conversation, as soon as there is a network and a server for it."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                open_thread(self.page, thread)
                if self.page.evaluate(READY):
                    return
            except Error:
                self.set_network(GOOD)
            assert time.monotonic() < until, "no page is answered"
            self.page.wait_for_timeout(100)

    def move(self) -> None:
        """Go back, reload, or open a conversation. Without a network that ends at the browser's own page."""
        move = self.dice.choice(["back", "reload", "open", "open"])
        try:
            if move == "back":
                self.page.go_back()
            elif move == "reload":
                self.page.reload()
            else:
                open_thread(self.page, self.dice.choice(self.threads))
        except Error:
            pass

    def is_open(self) -> bool:
        try:
            return bool(self.page.evaluate(READY))
        except Error:
            return False

    def thread(self) -> str:
        """The conversation that is open; another one if there is none."""
        if not self.is_open():
            self.open(self.dice.choice(self.threads))
        return self.page.url.rstrip("/").rpartition("/")[2]

    def has_seen(self, other: "Tab") -> bool:
        """Whether what the other tab has stored is here too, as it is when a person has gone from one to the other."""
        if not other.is_open():
            return True
        before, here, after = (kept(tab.page, "outbox:") for tab in (other, self, other))
        return set(before) & set(after) <= set(here) and kept(self.page, "draft:") == kept(other.page, "draft:")


def begin(product: Product, name: str) -> str:
    """A conversation with somebody who does not answer."""
    seeded = product.seeded["workspaces"]["outages"]
    body = {"account_id": seeded["account"], "to": f"@{name}", "text": "Hello"}
    status, message = product.call("POST", "/v1/messages/send", seeded["token"], body)
    assert status == 200, message
    _, message = product.call("GET", f"/v1/messages/{message['id']}", seeded["token"])
    return str(message["thread_id"])


def test_each_answer_is_written_once_through_outages(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    visitors.expect(408, 502, 503, 504)
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    print(f"SEED={seed}")
    dice = random.Random(seed)
    threads = [begin(product, f"quiet_{number}") for number in range(CONVERSATIONS)]
    page = sign_in("outages", "agent")
    tabs = [Tab(each, threads, dice) for each in (page, page.context.new_page())]
    for tab, thread in zip(tabs, threads, strict=False):
        tab.open(thread)
    given: dict[str, list[str]] = {thread: [] for thread in threads}
    with ThreadPoolExecutor() as pool:
        restarts = give_answers(product, pool, dice, tabs, given)
    for restart in restarts:
        restart.result()
    for tab in tabs:
        tab.set_network(GOOD)
        tab.open(threads[0])
    # However slow the machine is: each message has its own time.
    while left := kept(page, "outbox:"):
        wait_until(partial(lambda before: kept(page, "outbox:") != before, left), "one more is sent", seconds=PATIENCE)
    assert {thread: written(product, thread) for thread in threads} == given
    assert kept(page, "draft:") == []


def give_answers(
    product: Product, pool: Executor, dice: random.Random, tabs: list[Tab], given: dict[str, list[str]]
) -> "list[Future[None]]":
    """Add what is written to ``given``, by conversation. Returns the restarts that were begun."""
    restarts: list[Future[None]] = []
    tab = tabs[0]
    for number in range(ANSWERS):
        if number in RESTART_AT:
            wait(restarts)
            restarts.append(pool.submit(product.restart))
        other, tab = tab, dice.choice(tabs)
        if dice.random() < 0.35:
            tab.set_network(dice.choice([GOOD, CUT, SLOW]))
        if dice.random() < 0.1:
            tab.move()
        thread, text = tab.thread(), f"Answer {number}"
        if other is not tab:
            wait_until(partial(tab.has_seen, other), "a tab sees what the other one has stored", seconds=PATIENCE)
        expect(composer(tab.page)).to_have_value("")
        composer(tab.page).fill(text)
        tab.page.keyboard.press("Control+Enter")
        expect(composer(tab.page)).to_have_value("")
        given[thread].append(text)
    return restarts


def kept(page: Page, prefix: str) -> list[str]:
    """The keys in the storage of the browser that begin so."""
    keys: list[str] = page.evaluate("Object.keys(localStorage)")
    return [key for key in keys if key.startswith(prefix)]
