import random
from datetime import UTC, datetime, timedelta

from messaging.sending.slots import DAY, first_slot

START = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
NO_GAP = timedelta(0)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def is_free(at: datetime, taken: list[datetime], gap: timedelta, limit: int, window: timedelta = DAY) -> bool:
    return first_slot(at, taken, gap=gap, limit=limit, window=window) == at


def test_first_slot_is_now_when_nothing_is_taken() -> None:
    assert first_slot(START, [], gap=SECOND, limit=1) == START
    assert is_free(START, [], SECOND, 1)


def test_gap_is_kept_on_both_sides_of_a_slot() -> None:
    gap = timedelta(seconds=10)
    for offset in (-9.999999, -1, 0, 1, 9.999999):
        assert not is_free(at(100 + offset), [at(100)], gap, 50)
    assert is_free(at(90), [at(100)], gap, 50)
    assert is_free(at(110), [at(100)], gap, 50)
    assert first_slot(at(91), [at(100)], gap=gap, limit=50) == at(110)
    assert first_slot(at(90), [at(100)], gap=gap, limit=50) == at(90)


def test_space_too_small_for_two_gaps_is_skipped() -> None:
    gap = timedelta(seconds=10)
    assert first_slot(at(0), [at(0), at(19)], gap=gap, limit=50) == at(29)
    assert first_slot(at(0), [at(0), at(20)], gap=gap, limit=50) == at(10)


def test_window_is_half_open() -> None:
    taken = [START] * 50
    assert first_slot(START, taken, gap=NO_GAP, limit=50) == START + DAY
    assert not is_free(START + DAY - MICROSECOND, taken, NO_GAP, 50)
    assert is_free(START + DAY, taken, NO_GAP, 50)
    assert is_free(START - DAY, taken, NO_GAP, 50)
    assert not is_free(START - DAY + MICROSECOND, taken, NO_GAP, 50)


def test_51st_send_waits_until_the_oldest_leaves_the_window() -> None:
    taken = [at(60 * number) for number in range(50)]
    assert first_slot(at(3600), taken, gap=SECOND, limit=50) == START + DAY
    assert first_slot(at(3600), taken[:49], gap=SECOND, limit=50) == at(3600)
    # The next slot is a minute later, when the second send leaves the window.
    taken.append(START + DAY)
    assert first_slot(at(3600), taken, gap=SECOND, limit=50) == START + DAY + timedelta(minutes=1)


def test_future_reservations_count() -> None:
    reserved = [at(7200 + 60 * number) for number in range(50)]
    last = reserved[-1]
    assert not is_free(START, reserved, SECOND, 50)
    assert first_slot(START, reserved, gap=SECOND, limit=50) == reserved[0] + DAY
    assert is_free(last - DAY, reserved, SECOND, 50)


def test_sends_before_and_after_are_counted_together() -> None:
    """25 before and 25 after fill one day together, though neither side alone does."""
    before = [at(-3600 + number) for number in range(25)]
    after = [at(3600 + number) for number in range(25)]
    assert first_slot(START, before + after, gap=SECOND, limit=50) == before[0] + DAY
    assert first_slot(START, before + after[:24], gap=SECOND, limit=50) == START


def test_lowered_limit_blocks_only_the_windows_of_earlier_sends() -> None:
    taken = [at(number) for number in range(10)]
    assert first_slot(START, taken, gap=SECOND, limit=3) == at(7) + DAY
    assert first_slot(at(2) - DAY + MICROSECOND, taken, gap=SECOND, limit=3) == at(7) + DAY
    assert first_slot(at(2) - DAY, taken, gap=SECOND, limit=3) == at(2) - DAY


def test_order_of_taken_slots_does_not_matter() -> None:
    taken = [at(5), at(1), at(3), at(1)]
    before = list(taken)
    for base in range(-5, 10):
        expected = first_slot(at(base), sorted(taken), gap=SECOND, limit=4, window=timedelta(seconds=8))
        assert first_slot(at(base), taken, gap=SECOND, limit=4, window=timedelta(seconds=8)) == expected
    assert taken == before


def test_filling_slot_by_slot_reaches_the_limit_exactly() -> None:
    taken: list[datetime] = []
    for _ in range(120):
        taken.append(first_slot(START, taken, gap=SECOND, limit=50))
    assert taken[:50] == [at(number) for number in range(50)]
    assert taken[50:100] == [at(number) + DAY for number in range(50)]
    assert taken[100:] == [at(number) + 2 * DAY for number in range(20)]


def is_free_by_counting(slot: int, taken: list[int], gap: int, limit: int, window: int) -> bool:
    """Applies the rule literally: counts every whole-second window that contains the slot."""
    if any(abs(slot - other) < gap for other in taken):
        return False
    starts = range(slot - window + 1, slot + 1)
    sends = [*taken, slot]
    return all(sum(start <= send < start + window for send in sends) <= limit for start in starts)


def test_random_cases_agree_with_counting_every_window() -> None:
    """All instants are whole seconds, so the borders of free intervals are too, and trying each second misses none."""
    generator = random.Random(20260301)
    waited = 0
    for _ in range(4000):
        window, gap, limit = generator.randint(1, 25), generator.randint(0, 6), generator.randint(1, 5)
        taken = [generator.randint(0, 60) for _ in range(generator.randint(0, 14))]
        base = generator.randint(-30, 70)
        slots = [at(second) for second in taken]
        expected = base
        while not is_free_by_counting(expected, taken, gap, limit, window):
            expected += 1
        slot = first_slot(at(base), slots, gap=gap * SECOND, limit=limit, window=window * SECOND)
        assert slot == at(expected), (base, taken, gap, limit, window)
        waited += expected > base
        for second in (base, expected, generator.randint(-30, 90)):
            free = is_free(at(second), slots, gap * SECOND, limit, window * SECOND)
            assert free is is_free_by_counting(second, taken, gap, limit, window)
    assert waited > 1000


def test_random_filling_never_breaks_gap_or_limit() -> None:
    generator = random.Random(50)
    for _ in range(40):
        window, gap, limit = timedelta(seconds=40), generator.randint(0, 3) * SECOND, generator.randint(1, 6)
        taken: list[datetime] = []
        for _ in range(40):
            taken.append(first_slot(at(generator.uniform(0, 200)), taken, gap=gap, limit=limit, window=window))
        taken.sort()
        assert all(later - earlier >= gap for earlier, later in zip(taken, taken[1:], strict=False))
        assert all(later - earlier >= window for earlier, later in zip(taken, taken[limit:], strict=False))
