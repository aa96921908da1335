import pytest

from webhooks.pace import FIRST_WINDOW, LARGEST_WINDOW, PROBING_WINDOW, Pace


def test_a_fast_endpoint_gets_more_up_to_a_limit() -> None:
    pace = Pace()
    assert pace.window == FIRST_WINDOW == 5
    seen = []
    for _ in range(4):
        pace.note([0.01, 0.5], unanswered=False)
        seen.append(pace.window)
    assert seen == [20, 80, LARGEST_WINDOW, LARGEST_WINDOW]


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
