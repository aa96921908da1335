"""Two agents in their browsers and an API client work on one queue of 200 conversations until nobody waits: each answer
is written once, none crosses somebody else's unasked, and each view has the rows that it should.

``SEED=`` repeats the choices of a run that failed, which prints it.
"""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.conftest import Visitors, visitor
from tests.browser.product import Product, running_product

MINUTES = 5
SHOWN = "[...document.querySelectorAll('#inbox-messages [id^=\"m-msg_\"]')].map((each) => each.id.slice(2))"
# What stands in the outbox, once its script has run: until then the name is the element with that id.
ENTRIES = "window.outbox?.entries && window.outbox.entries()"
# The ids of answers that what was sent would have crossed, once the server has answered about all of it.
CROSSED = f"""() => {{
  const entries = {ENTRIES};
  if (!entries || !entries.every((entry) => entry.crossed || entry.refused)) return false;
  return entries.filter((entry) => entry.crossed).map((entry) => entry.crossed.id);
}}"""
# How often each thing is done.
DEEDS = {"answer": 70, "answer and close": 15, "note": 4, "assign": 4, "snooze": 3, "close": 2, "take next": 2}


@dataclass(slots=True)
class Given:
    """An answer that was given: who gave it, and the ids of the messages that its page showed; None for the API."""

    thread: str
    text: str
    author: str
    shown: set[str] | None = None


@dataclass
class Agent:
    """Somebody who answers whoever waits, by keyboard."""

    name: str
    page: Page
    dice: random.Random
    given: list[Given] = field(default_factory=list)
    asked: int = 0

    def thread(self) -> str:
        return self.page.url.partition("?")[0].rstrip("/").rpartition("/")[2]

    def open_one(self) -> bool:
        """Open one of those who have waited longest. Says whether somebody waits."""
        self.go("/panel/live/inbox/?view=waiting")
        rows = self.page.locator("#inbox-list [data-key-item]")
        number = rows.count()
        if not number:
            return False
        for _ in range(self.dice.randint(1, min(3, number))):
            self.page.keyboard.press("j")
        with self.page.expect_navigation():
            self.page.keyboard.press("o")
        expect(self.page.locator("#inbox-thread-title")).to_be_visible()
        return True

    def go(self, address: str) -> None:
        """Also while the page is about to open the next conversation by itself."""
        while True:
            try:
                self.page.goto(address)
                return
            except Error as error:
                if "ERR_ABORTED" not in error.message and "interrupted" not in error.message:
                    raise

    def write(self, text: str, key: str = "Control+Enter") -> Given:
        """Write an answer and press the key that sends it; what comes of it is seen in :meth:`settle`."""
        self.page.keyboard.press("r")
        composer = self.page.locator("#composer-text")
        expect(composer).to_be_focused()
        composer.fill(text)
        given = Given(self.thread(), text, self.name, set(self.page.evaluate(SHOWN)))
        self.page.keyboard.press(key)
        return given

    def settle(self, given: Given) -> None:
        """Wait until the answer is stored, or decide what becomes of it if somebody else has answered meanwhile."""
        crossed = self.crossed()
        if not crossed:
            self.given.append(given)
            return
        self.asked += 1
        if self.thread() != given.thread:  # the next one had opened
            self.go(f"/panel/live/inbox/{given.thread}/")
        asks = self.page.locator("#composer-crossing")
        expect(asks).to_be_visible()
        if self.dice.random() < 0.3:
            assert given.shown is not None
            for answer in crossed:  # it asks about the latest one; with it come those before it
                expect(self.page.locator(f"#m-{answer}")).to_be_attached()
            # At once: an answer that arrives between the two would be shown, and not be asked about.
            send_and_see = f"(button) => {{ button.click(); return {SHOWN}; }}"
            given.shown.update(asks.locator("[data-crossing='send']").evaluate(send_and_see))
            return self.settle(given)
        asks.locator("[data-crossing='edit']").click()
        self.page.locator("#composer-text").fill("")

    def crossed(self) -> list[str]:
        """The ids of answers that what was sent here would have crossed, once the server has answered."""
        while True:
            try:
                return list(self.page.wait_for_function(CROSSED).json_value())
            except Error as error:  # the next conversation opened meanwhile
                if "navigation" not in error.message:
                    raise

    def act(self, number: int) -> None:
        """Do something with the conversation that is open."""
        [deed] = self.dice.choices(list(DEEDS), list(DEEDS.values()))
        press = self.page.keyboard.press
        match deed:
            case "answer":
                self.settle(self.write(f"{self.name} {number}"))
            case "answer and close":
                self.settle(self.write(f"{self.name} {number}", "Control+Shift+Enter"))
            case "note":
                self.note(f"Note {number}")
            case "assign":
                press("a")
                press("m")
            case "snooze":
                press("h")
                self.page.keyboard.press("Enter")
            case "close":
                press("e")
            case "take next":
                press("q")
        self.page.wait_for_load_state()

    def note(self, text: str) -> None:
        self.page.keyboard.press("n")
        note = self.page.locator("#note-new textarea")
        expect(note).to_be_focused()
        note.fill(text)
        self.page.keyboard.press("Control+Enter")
        expect(self.page.get_by_role("log", name="Messages")).to_contain_text(text)


@dataclass
class Client:
    """A program that answers over the API."""

    product: Product
    dice: random.Random
    given: list[Given] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *expected: int) -> Any:
        status, answer = self.product.call(method, path, self.product.seeded["token"], body)
        assert status in (expected or (200,)), (method, path, status, answer)
        return answer

    def work(self, ended: Event) -> None:
        number = 0
        while not ended.wait(0.7):
            waiting = self.call("GET", "/v1/threads?waiting=true&sort=waiting_since&limit=5")["data"]
            if not waiting:
                continue
            thread, number = self.dice.choice(waiting), number + 1
            text, account = f"Shop {number}", thread["account"]["id"]
            sent = {"account_id": account, "contact_id": thread["contact"]["id"], "text": text}
            self.call("POST", "/v1/messages/send", sent)
            self.given.append(Given(thread["id"], text, "Shop"))
            if self.dice.random() < 0.3:
                state = self.dice.choice([{"state": "closed"}, {"state": "open"}, {"assignee_id": None}])
                self.call("PATCH", f"/v1/threads/{thread['id']}", state)

    def all(self, path: str) -> list[Any]:
        rows, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"{path}{'&' if '?' in path else '?'}limit=100{cursor and '&cursor=' + cursor}")
            rows += page["data"]
            cursor = page["next_cursor"]
        return rows


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("team"), seed="tests.browser.team_seed") as product:
        yield product


def test_two_agents_and_a_client_answer_one_queue(team: Product, browser: Browser) -> None:
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    print(f"SEED={seed}")
    dice, ended = random.Random(seed), Event()
    client = Client(team, random.Random(seed + 1))
    with visitor(team, browser, team.seeded["sessions"]["vera"]) as visitors, ThreadPoolExecutor() as pool:
        agents = agents_of(team, visitors, dice)
        working = pool.submit(client.work, ended)
        try:
            answer_all(agents, dice)
        finally:
            ended.set()
        working.result()
        for agent in agents:
            agent.page.wait_for_function(f"() => {ENTRIES}?.length === 0")
        given = [*client.given, *(each for agent in agents for each in agent.given)]
        assert len({each.thread for each in given}) > len(team.seeded["threads"]) / 2
        assert sum(agent.asked for agent in agents) > 0, "nobody was asked"
        check_answers(client, given)
        check_views(client, agents[0].page)


def agents_of(team: Product, visitors: Visitors, dice: random.Random) -> list[Agent]:
    """Each in a browser of their own."""
    pages = [visitors.contexts[0].pages[0], visitors.open(team.seeded["sessions"]["ben"])]
    return [Agent(name, page, dice) for name, page in zip(("Vera Lind", "Ben Osei"), pages, strict=True)]


def answer_all(agents: list[Agent], dice: random.Random) -> None:
    """Until nobody waits, at most ``MINUTES``. Now and then both have the same conversation open and answer it."""
    ends, number = time.monotonic() + 60 * MINUTES, 0
    while time.monotonic() < ends:
        number += 1
        first, second = dice.sample(agents, 2)
        if not first.open_one():
            return
        if dice.random() < 0.2:
            second.go(first.page.url)
            both = [each.write(f"{each.name} {number}") for each in (first, second)]
            for each, given in zip((first, second), both, strict=True):
                each.settle(given)
            continue
        first.act(number)
        if second.open_one():
            second.act(number)


def check_answers(client: Client, given: list[Given]) -> None:
    """What was given is stored, once and in its conversation, and everything that somebody else had answered before was
    on the page from which an answer was sent."""
    by_thread: dict[str, list[Given]] = {}
    for each in given:
        by_thread.setdefault(each.thread, []).append(each)
    for thread in client.product.seeded["threads"]:
        messages = client.all(f"/v1/threads/{thread}/messages")[::-1]
        answers = [message for message in messages if message["direction"] == "out"]
        wanted = by_thread.get(thread, [])
        assert sorted(message["text"] for message in answers) == sorted(each.text for each in wanted)
        sent = {each.text: each for each in wanted}
        for number, message in enumerate(answers):
            answer = sent[message["text"]]
            assert message["author"]["name"] == answer.author
            others = {before["id"] for before in answers[:number] if before["author"]["name"] != answer.author}
            assert answer.shown is None or others <= answer.shown, f"{answer.text} was not asked"


def check_views(client: Client, page: Page) -> None:
    """Each view has one row for each person of whom a conversation belongs there, and no other."""
    [vera] = [each["id"] for each in client.all("/v1/members") if each["name"] == "Vera Lind"]
    threads = client.all("/v1/threads")
    is_open = [each for each in threads if each["state"] == "open"]
    views = {
        "open": is_open,
        "waiting": [each for each in is_open if each["waiting_since"]],
        "unread": [each for each in is_open if each["unread_count"]],
        "mine": [each for each in is_open if each["assignee"] and each["assignee"]["id"] == vera],
        "unassigned": [each for each in is_open if not each["assignee"]],
        "snoozed": [each for each in threads if each["state"] == "snoozed"],
        "closed": [each for each in threads if each["state"] == "closed"],
        "all": threads,
    }
    for view, belong in views.items():
        contacts = {each["id"]: each["contact"]["id"] for each in belong}
        shown: list[str] = []
        page.goto(f"/panel/live/inbox/?view={view}")
        while True:
            rows = page.locator("#inbox-list li[id^='row-']")
            shown += rows.evaluate_all("rows => rows.map((row) => row.id.slice(4))")
            more = page.get_by_role("link", name="More", exact=True)
            if not more.count():
                break
            page.goto(str(more.get_attribute("href")))
        assert set(shown) <= set(contacts), view
        assert sorted(contacts[each] for each in shown) == sorted(set(contacts.values())), view
