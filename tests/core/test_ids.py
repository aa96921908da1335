import multiprocessing
import os
import threading
import time

import pytest

from crmsolid.core import clock, ids
from crmsolid.core.ids import UlidGenerator, is_id, new_id

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def decode(ulid: str) -> int:
    number = 0
    for character in ulid:
        number = number * 32 + ALPHABET.index(character)
    return number


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Milliseconds since the epoch, changed by the test."""
    now = [1_700_000_000_000]
    monkeypatch.setattr(clock, "database", clock.DatabaseClock(lambda: now[0] / 1000 + 0.000999, lambda: 0.0))
    return now


def test_id_is_a_prefix_and_26_characters() -> None:
    text = new_id("con")
    assert len(text) == 30
    assert text.startswith("con_")
    assert set(text[4:]) <= set(ALPHABET)
    assert is_id("con", text)


def test_first_48_bits_are_the_milliseconds(frozen_clock: list[int]) -> None:
    assert decode(UlidGenerator().next_ulid()) >> 80 == 1_700_000_000_000


def test_new_id_uses_the_real_clock() -> None:
    before = time.time_ns() // 1_000_000
    milliseconds = decode(new_id("evt")[4:]) >> 80
    # Not later: an earlier id of this process may have been ahead of a clock that was set back.
    assert before <= milliseconds <= time.time_ns() // 1_000_000


def test_random_part_counts_up_within_a_millisecond(frozen_clock: list[int]) -> None:
    generator = UlidGenerator()
    numbers = [decode(generator.next_ulid()) for _ in range(1000)]
    assert [number - numbers[0] for number in numbers] == list(range(1000))


def test_counting_carries_through_every_digit(frozen_clock: list[int]) -> None:
    generator = UlidGenerator()
    generator.next_ulid()
    for start in (2**40 - 1, 2**79 - 1, 0):
        generator.random_part = start
        assert decode(generator.next_ulid()) & (2**80 - 1) == start + 1


def test_next_millisecond_has_a_new_random_part_and_sorts_later(frozen_clock: list[int]) -> None:
    generator = UlidGenerator()
    first = generator.next_ulid()
    frozen_clock[0] += 1
    second = generator.next_ulid()
    assert second > first
    assert decode(second) >> 80 == 1_700_000_000_001
    assert decode(second) % 2**80 != decode(first) % 2**80 + 1


def test_clock_that_steps_back_does_not_take_ids_back(frozen_clock: list[int]) -> None:
    generator = UlidGenerator()
    first = generator.next_ulid()
    frozen_clock[0] -= 3_600_000
    assert decode(generator.next_ulid()) == decode(first) + 1


def test_random_part_starts_with_room_to_count(monkeypatch: pytest.MonkeyPatch, frozen_clock: list[int]) -> None:
    monkeypatch.setattr(os, "urandom", lambda size: b"\xff" * size)
    assert decode(UlidGenerator().next_ulid()) % 2**80 == 2**79 - 1


def test_ids_of_one_thread_increase() -> None:
    made = [new_id("con") for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_of_several_threads_are_unique() -> None:
    made: list[list[str]] = [[] for _ in range(8)]
    barrier = threading.Barrier(8)

    def make(own: list[str]) -> None:
        barrier.wait()
        own.extend(new_id("con") for _ in range(5000))

    threads = [threading.Thread(target=make, args=(own,)) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(own == sorted(own) for own in made)
    assert len({text for own in made for text in own}) == 40_000


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forked_child_makes_ids_of_its_own_although_the_lock_was_held() -> None:
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    new_id("con")
    children = [
        # 200 ids each fit into the pipe, so no child waits for a reader.
        context.Process(target=lambda: queue.put((os.getpid(), [new_id("con") for _ in range(200)])))
        for _ in range(4)
    ]
    with ids._generator.lock:
        for child in children:
            child.start()
    for child in children:
        child.join(10)
        stuck = child.exitcode is None
        child.kill()
        assert not stuck
    answers = dict(queue.get() for _ in children)
    own = [new_id("con") for _ in range(200)]
    assert len(answers) == 4
    assert len({*own, *(text for made in answers.values() for text in made)}) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "con_",
        "con",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FA",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "con_01arz3ndektsv4rrffq69g5fav",
        "con_81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAL",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAO",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAU",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
        " con_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "con_01ARZ3NDEKTSV4RRFFQ69G5FA٣",
        "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "con-01ARZ3NDEKTSV4RRFFQ69G5FAV",
        None,
        7421,
        b"con_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ],
)
def test_is_id_refuses(text: object) -> None:
    assert is_id("con", text) is False


def test_is_id_accepts_the_smallest_and_the_largest() -> None:
    assert is_id("con", "con_" + "0" * 26)
    assert is_id("con", "con_7" + "Z" * 25)
    assert is_id("key", "key_01ARZ3NDEKTSV4RRFFQ69G5FAV")
