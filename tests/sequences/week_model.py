"""A model of sequences, written from docs/sequences.md: who gets which step at which time, and who does not.

It knows nothing of rows, signals or batches. Each person is taken through their steps at a given instant by the rules
that the documentation states, and the product must come to the same result.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sequences.running.schedule import Window, jitter_fraction
from tests.sequences.local_clock import first_quarter, is_open

STOP_TAG, CONDITION_TAG = "customer", "vip"


@dataclass(frozen=True)
class Step:
    """``if_not`` is "" for a step without a condition, else what happens without the tag."""

    key: str
    delay: timedelta
    if_not: str = ""
    text: str = "1"


@dataclass(frozen=True)
class Version:
    steps: tuple[Step, ...]
    window: Window | None = None
    zone: str = "UTC"
    jitter: timedelta = timedelta(0)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    @property
    def keys(self) -> list[str]:
        return [step.key for step in self.steps]


@dataclass
class Person:
    name: str
    id: str
    zone: str | None = None
    tags: set[str] = field(default_factory=set)
    opted_out: bool = False
    erased: bool = False
    last_in: datetime | None = None


@dataclass
class Stay:
    """One enrollment. ``step`` is None if a move has left nothing to do after the message that is on its way.

    ``on_its_way`` is the step whose message is made and not sent yet, ``claimed_from`` when its window lets it go.
    ``is_woken``: the person has changed, so the stop rules are looked at before the next step is due.
    """

    person: Person
    version: Version
    step: str | None
    began: datetime
    anchor: datetime
    id: str = ""
    status: str = "active"
    reason: str = ""
    paused_at: datetime | None = None
    done: set[str] = field(default_factory=set)
    on_its_way: str | None = None
    claimed_from: datetime | None = None
    is_woken: bool = False

    @property
    def is_open(self) -> bool:
        return self.status in ("active", "paused")

    def end(self, status: str, reason: str = "") -> None:
        self.status, self.reason, self.on_its_way = status, reason, None

    def window_is_open(self, at: datetime) -> bool:
        return self.version.window is None or is_open(self.version.window, self.zone, at)

    @property
    def zone(self) -> str:
        return self.person.zone or self.version.zone

    def due_at(self, step: Step) -> datetime:
        """The delay in elapsed time, then the first moment of the window, then a part of the jitter inside it."""
        version = self.version
        base = self.anchor + step.delay
        span = version.jitter
        if version.window is not None:
            base = first_quarter(version.window, self.zone, base, opened=True)
            if span and not version.window.always_open:
                span = min(span, first_quarter(version.window, self.zone, base, opened=False) - base)
        microseconds = span // timedelta(microseconds=1)
        return base + timedelta(microseconds=int(jitter_fraction(self.person.id, step.key) * microseconds))

    def stop_reason(self) -> str:
        if self.person.opted_out:
            return "opted_out"
        if self.person.last_in is not None and self.person.last_in > self.began:
            return "reply"
        return "tag" if STOP_TAG in self.person.tags else ""


@dataclass
class Model:
    """The sequence, and everybody who was ever in it. ``sent`` is who got which text, in the order of time."""

    version: Version
    stays: list[Stay] = field(default_factory=list)
    paused_at: datetime | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)

    def open_stay(self, person: Person) -> Stay | None:
        return next((stay for stay in self.stays if stay.person is person and stay.is_open), None)

    def next_due_at(self, now: datetime) -> datetime | None:
        """When the next step of somebody can be sent, if nothing happens before that."""
        found = []
        for stay in self.stays:
            step = stay.version.step(stay.step or "")
            if stay.status == "active" and self.paused_at is None and step is not None:
                at = max(now, stay.claimed_from or now) if stay.on_its_way else max(now, stay.due_at(step))
                window = stay.version.window
                found.append(at if window is None else first_quarter(window, stay.zone, at, opened=True))
        return min(found, default=None)

    # --- What happens ---------------------------------------------------------------------------------------------
    def enroll(self, person: Person, now: datetime) -> Stay:
        self.stays.append(Stay(person, self.version, self.version.steps[0].key, began=now, anchor=now))
        return self.stays[-1]

    def changed(self, person: Person) -> None:
        """Something about the person has changed; the runner looks at those who are active at once."""
        for stay in self.stays:
            stay.is_woken |= stay.person is person and stay.status == "active"

    def erase(self, person: Person) -> None:
        person.erased = True
        for stay in self.stays:
            if stay.person is person and stay.is_open:
                stay.end("stopped", "erased")

    def resume(self, mode: str, now: datetime) -> None:
        assert self.paused_at is not None
        for stay in self.stays:
            if stay.status == "active":
                stay.is_woken |= mode != "keep_dates" and stay.on_its_way is None
                if mode == "restart_delay":
                    stay.anchor = now
                elif mode == "only_active_time" and stay.on_its_way is None:
                    stay.anchor += now - max(stay.anchor, self.paused_at)
            elif stay.status == "paused" and mode == "only_active_time":
                # Who is paused alone counts the pause of the sequence with their own.
                assert stay.paused_at is not None
                stay.paused_at = min(stay.paused_at, self.paused_at)
        self.paused_at = None

    def resume_stay(self, stay: Stay, mode: str, now: datetime) -> None:
        assert stay.paused_at is not None
        if mode == "restart_delay":
            stay.anchor = now
        elif mode == "only_active_time":
            # From the pause of the sequence on, time counts as the sequence is resumed.
            until = now if self.paused_at is None else min(now, max(self.paused_at, stay.paused_at, stay.anchor))
            stay.anchor += max(timedelta(0), until - max(stay.anchor, stay.paused_at))
        stay.status, stay.paused_at, stay.is_woken = "active", None, False

    def publish(self, version: Version, *, move: bool) -> None:
        self.version = version
        for stay in self.stays:
            if move and stay.is_open:
                self._move(stay, version)

    def _move(self, stay: Stay, version: Version) -> None:
        old, stay.version = stay.version, version
        if stay.step is not None and version.step(stay.step) is not None:
            stay.is_woken |= stay.status == "active" and stay.on_its_way is None
            return
        done = stay.done | ({stay.on_its_way} if stay.on_its_way else set())
        after = old.keys[old.keys.index(stay.step) :] if stay.step in old.keys else []
        kept = next((key for key in after if version.step(key) is not None and key not in done), None)
        stay.step = kept or _first_after(version, done)
        if stay.on_its_way is None:
            stay.is_woken = False
            if stay.step is None:
                stay.end("completed")

    # --- The runner and the sender --------------------------------------------------------------------------------
    def work(self, now: datetime) -> None:
        """Everything that is due: until nothing more happens."""
        for stay in self.stays:
            while stay.is_open and self._go_on(stay, now):
                pass

    def make_messages(self, now: datetime) -> None:
        """One run of the runner, and no sender."""
        for stay in self.stays:
            if stay.is_open and stay.on_its_way is None:
                self._look(stay, now)
            elif stay.is_open:
                self._stop_if_woken(stay)

    def _stop_if_woken(self, stay: Stay) -> None:
        """Somebody whose message is on its way has changed: the runner looks at the stop rules at once."""
        if stay.status == "active" and self.paused_at is None:
            if stay.is_woken and stay.stop_reason():
                stay.end("stopped", stay.stop_reason())
            stay.is_woken = False

    def _go_on(self, stay: Stay, now: datetime) -> bool:
        """One step further; False if nothing more happens at this instant."""
        if stay.on_its_way is None:
            return self._look(stay, now)
        self._stop_if_woken(stay)
        return stay.is_open and self._claim(stay, now)

    def _claim(self, stay: Stay, now: datetime) -> bool:
        # A pause of one person cancels the message at once, that of the sequence when it is claimed.
        if stay.status == "active" and stay.claimed_from is not None and now < stay.claimed_from:
            return False
        key, stay.on_its_way, stay.claimed_from = stay.on_its_way, None, None
        if stay.status == "paused" or self.paused_at is not None:
            if stay.step is None:
                stay.end("completed")
                return False
            stay.is_woken |= stay.status == "active"
            return stay.status == "active" and self.paused_at is None
        if stay.stop_reason():
            stay.end("stopped", stay.stop_reason())
            return False
        if not stay.window_is_open(now):
            assert stay.version.window is not None
            stay.on_its_way = key
            stay.claimed_from = first_quarter(stay.version.window, stay.zone, now, opened=True)
            return False
        assert key is not None
        text = self.texts.pop((id(stay), key))
        self.sent.append((stay.person.name, text))
        following = stay.step if stay.step != key else _next(stay.version, key, stay.done | {key})
        return self._done(stay, key, following, now)

    def _done(self, stay: Stay, key: str, following: str | None, now: datetime) -> bool:
        stay.done.add(key)
        stay.anchor, stay.step = now, following
        if following is None:
            stay.end("completed")
        elif stay.stop_reason():
            stay.end("stopped", stay.stop_reason())
        return stay.is_open

    def _look(self, stay: Stay, now: datetime) -> bool:
        """What the runner does with somebody who waits; False if they go on waiting, or have ended."""
        if stay.status == "paused" or self.paused_at is not None:
            return False
        assert stay.step is not None
        step = stay.version.step(stay.step)
        assert step is not None
        is_due = stay.due_at(step) <= now
        if stay.stop_reason() and (is_due or stay.is_woken):
            stay.end("stopped", stay.stop_reason())
            return False
        stay.is_woken = False
        if not is_due or not stay.window_is_open(now):
            return False
        if step.if_not and CONDITION_TAG not in stay.person.tags:
            if step.if_not == "stop":
                stay.end("stopped", "condition")
                return False
            following = _next(stay.version, step.key, stay.done | {step.key})
            return self._done(stay, step.key, following, now)
        stay.on_its_way = step.key
        self.texts[id(stay), step.key] = f"{step.key} {step.text}"
        return True

    texts: dict[tuple[int, str], str] = field(default_factory=dict)


def _next(version: Version, key: str, done: set[str]) -> str | None:
    """The next step after this one that was not done."""
    if key not in version.keys:
        return _first_after(version, done)
    return next((each for each in version.keys[version.keys.index(key) + 1 :] if each not in done), None)


def _first_after(version: Version, done: set[str]) -> str | None:
    """The first step after everything that was done."""
    last = max((index for index, key in enumerate(version.keys) if key in done), default=-1)
    return next(iter(version.keys[last + 1 :]), None)
