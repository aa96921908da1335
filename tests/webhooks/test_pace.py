import pytest

from webhooks.delivery.sender import STALE_SECONDS
from webhooks.delivery.window import FIRST_WINDOW, LARGEST_WINDOW, POSTS_PER_ENDPOINT, PROBING_WINDOW, Pace


def test_a_fast_endpoint_gets_more_up_to_a_limit() -> None:
    pace = Pace()
    assert pace.window == FIRST_WINDOW == 5
    seen = []
    for _ in range(4):
        pace.note([0.01, 0.5], unanswered=False)
        seen.append(pace.window)
    assert seen == [20, 80, 100, 100]


@pytest.mark.parametrize(
    ("seconds", "windows"),
    [(0.0, [20, 80, 250, 250]), (0.2, [20, 80, 250, 250]), (0.4, [20, 80, 125, 125]), (0.5, [20, 80, 100, 100])],
)
def test_a_window_is_no_more_than_its_places_work_off_in_time(seconds: float, windows: list[int]) -> None:
    pace, seen = Pace(), []
    for _ in windows:
        pace.note([seconds], unanswered=False)
        seen.append(pace.window)
    assert seen == windows
    assert LARGEST_WINDOW == 250
    assert max(seen) * seconds / POSTS_PER_ENDPOINT <= STALE_SECONDS / 2


def test_a_window_shrinks_with_slower_answers() -> None:
    pace = Pace(LARGEST_WINDOW)
    pace.note([0.01, 0.4], unanswered=False)
    assert pace.window == 125


def test_a_slow_one_stays_within_its_places() -> None:
    pace = Pace(LARGEST_WINDOW)
    pace.note([0.01, 2.0], unanswered=False)
    assert pace.window == 20
    pace = Pace()
    for _ in range(10):
        pace.note([2.0], unanswered=False)
    assert pace.window == 20


@pytest.mark.parametrize("before", [FIRST_WINDOW, LARGEST_WINDOW])
def test_one_that_does_not_answer_is_probed(before: int) -> None:
    pace = Pace(before)
    pace.note([0.01, 10.0], unanswered=True)
    assert (pace.window, pace.is_probing) == (PROBING_WINDOW, True)
    pace.note([0.1], unanswered=False)
    assert not pace.is_probing


def test_nothing_to_note_changes_nothing() -> None:
    pace = Pace()
    pace.note([], unanswered=False)
    assert pace.window == FIRST_WINDOW
