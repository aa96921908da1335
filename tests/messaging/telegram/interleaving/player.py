"""One account, its customers, and the steps of its scenario."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmsolid.core import clock
from messaging.models import NEVER_LEASED, Account, AccountLease, Message
from messaging.services import send_message
from tests.messaging.telegram.interleaving.killing import kill
from tests.messaging.telegram.interleaving.scenario import Step, scenario
from tests.telegram_server.mailbox import StoredMessage

if TYPE_CHECKING:
    from tests.messaging.telegram.interleaving.stage import Stage

REPEATED = "Thanks"
ABSENT = "nobody"


@dataclass
class Player:
    """``customers`` are phone numbers. ``next_step`` carries out steps until one has to be waited for."""

    seed: int
    stage: "Stage"
    account: Account
    phone: str
    customers: list[str]
    channel: int
    steps: list[Step] = field(default_factory=list)
    position: int = 0
    problems: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    _number: int = 0
    _is_over: Callable[[], bool] | None = None
    _waits_until: float = 0.0
    _last_round: int = 0

    def __post_init__(self) -> None:
        self.steps = scenario(self.seed)
        self.server = self.stage.server

    @property
    def is_finished(self) -> bool:
        return bool(self.problems) or (self._is_over is None and self.position == len(self.steps))

    def advance(self) -> None:
        """Carry out one step, unless the one before is still waited for."""
        if self._is_over is not None:
            if not self._is_over():
                if time.monotonic() > self._waits_until and self.stage.round > self._last_round:
                    self.problems.append(f"step {self.position}, {self.steps[self.position - 1]}: waited in vain")
                return
            self._is_over = None
        if self.position < len(self.steps):
            name, *arguments = self.steps[self.position]
            self.position += 1
            getattr(self, name)(*arguments)

    def _wait(self, is_over: Callable[[], bool]) -> None:
        self._is_over, self._waits_until = is_over, time.monotonic() + self.stage.patience
        # Of a machine that is busy with other things, rounds tell how far this process has come.
        self._last_round = self.stage.round + self.stage.patient_rounds

    # What people do

    def write(self, customer: int, choice: float) -> None:
        self.server.deliver(self.customers[customer], self.phone, self._text(choice))

    def send(self, customer: int, choice: float) -> None:
        to = f"@{self.server.find(self.customers[customer]).username}"
        self.sent.append(send_message(self.stage.actor, account_id=self.account.pk, to=to, text=self._text(choice)))
        self.stage.has_sent = True

    def type_on_phone(self, customer: int, choice: float) -> None:
        # What is looked for in the conversation would be found in it: text and time cannot tell the two apart.
        text = self._text(1.0 if self.stage.looks_back else choice)
        self.server.deliver(self.phone, self.customers[customer], text)

    def edit(self, customer: int, choice: float) -> None:
        written = self._messages(lambda each: not each.is_out and each.peer.phone in self.customers[customer])
        if written:
            mine = pick(written, choice).other_copy
            assert mine is not None
            self.server.edit(self.customers[customer], mine.id, self._text(1.0))

    def edit_on_phone(self, customer: int, choice: float) -> None:
        typed = self._messages(lambda each: each.is_out and each.random_id is None)
        if typed:
            self.server.edit(self.phone, pick(typed, choice).id, self._text(1.0))

    def delete(self, customer: int, choice: float) -> None:
        written = self._messages(lambda each: not each.is_out)
        if written:
            self.server.delete(self.phone, pick(written, choice).id)

    def read_on_phone(self, customer: int, choice: float) -> None:
        self.server.read(self.phone, self.customers[customer])

    def read(self, customer: int, choice: float) -> None:
        self.server.read(self.customers[customer], self.phone)

    def _text(self, choice: float) -> str:
        self._number += 1
        return REPEATED if choice < 0.15 else f"message {self._number}"

    def _messages(self, is_meant: Callable[[StoredMessage], bool]) -> list[StoredMessage]:
        mailbox = self.server.find(self.phone).mailbox
        return self.server.run_in_loop(lambda: [each for each in mailbox.existing() if is_meant(each)])

    # What disturbs it

    def pause(self, rounds: int) -> None:
        over = self.stage.round + rounds
        self._wait(lambda: self.stage.round >= over)

    def leave(self) -> None:
        """The worker gives the account away to one that does not run."""
        AccountLease.unscoped.filter(account=self.account).update(
            worker=ABSENT, lease_until=clock.now() + self.stage.absence
        )
        worker = self.stage.worker
        self._wait(lambda: self.account.pk not in worker._connections and self.account.pk not in worker._closing)

    def come_back(self) -> None:
        AccountLease.unscoped.filter(account=self.account).update(worker="", lease_until=NEVER_LEASED)

    def kill(self) -> None:
        kill(self.stage.worker, self.account.pk)

    def cut(self) -> None:
        self.server.disconnect(self.phone)

    def flood(self, request: str, times: int) -> None:
        self.server.fail(request, "FLOOD_WAIT_1", times=times, phone=self.phone)

    def ignore(self, request: str, when: str, times: int) -> None:
        self.server.ignore(request, times=times, when=when, phone=self.phone)

    def lose(self, request: str, when: str, times: int) -> None:
        self.server.lose(request, times=times, when=when, phone=self.phone)

    def refuse(self, request: str, error: str, when: str, times: int) -> None:
        self.server.fail(request, error, times=times, when=when, phone=self.phone)

    def lose_pushes(self, lost: bool) -> None:
        self.server.lose_pushes(self.phone, lost)

    def forget_sessions(self) -> None:
        self.server.forget_sessions(self.phone)

    def jump_clock(self, seconds: int) -> None:
        self.server.shift_clock(self.phone, seconds)

    def difference_too_long(self) -> None:
        self.server.difference_too_long(self.phone)

    def restart_pts(self, is_pushed: bool) -> None:
        """No old number is among the new ones, or nobody could tell whether an account has missed something."""
        self._number += 1
        restart = self.server.push_pts_changed if is_pushed else self.server.restart_pts
        restart(self.phone, 1000 * self._number)

    def trouble_channel(self) -> None:
        self.server.post(self.channel, "news")
        self.server.fail("updates.getChannelDifference", "PERSISTENT_TIMESTAMP_OUTDATED", phone=self.phone)
        self.server.push_channel_too_long(self.channel)

    def change_text(self) -> None:
        self.server.change_texts(self.phone)

    def forget_random_ids(self) -> None:
        """As if the absence had lasted long. Telegram remembers them for the moments of a reconnection."""
        if self.stage.looks_back and AccountLease.unscoped.get(account=self.account).worker == ABSENT:
            self.server.forget_random_ids(self.phone)

    def answer_duplicates(self, kind: str) -> None:
        self.server.answer_duplicates(self.phone, kind)

    # What must be true

    def probe(self) -> None:
        """A message is delivered that must arrive, although nothing else happens."""
        self._number += 1
        text = f"probe {self._number}"
        self.server.deliver(self.customers[0], self.phone, text)
        self.stage.expect(self.account.pk, text)
        self._wait(lambda: (self.account.pk, text) in self.stage.arrived)

    def end(self) -> None:
        """Everything is well again, and everything must be as on Telegram."""
        self.server.clear_faults(self.phone)
        self.stage.ending.add(self)
        self._wait(lambda: self not in self.stage.ending)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: Any) -> bool:
        return self is other


def pick(messages: Sequence[StoredMessage], choice: float) -> StoredMessage:
    return messages[min(int(choice * len(messages)), len(messages) - 1)]
