"""How much of an endpoint's queue to hold at once. Pure: durations in, a number of claims out."""

from collections.abc import Sequence
from dataclasses import dataclass

POSTS_PER_ENDPOINT = 20
FIRST_WINDOW = 5
LARGEST_WINDOW = 250
PROBING_WINDOW = 2
_STEADY_WINDOW = POSTS_PER_ENDPOINT
_FAST_SECONDS = 0.5
# The places of an endpoint work off a full window in this time: half of what makes a claim stale.
_WINDOW_SECONDS = 2.5


@dataclass(slots=True)
class Pace:
    """The claims that may be held for one endpoint: few at first, more while it answers fast, two while it does
    not answer at all. An endpoint that hangs so takes next to nothing away from the others."""

    window: int = FIRST_WINDOW

    @classmethod
    def of_failing(cls) -> "Pace":
        """The start of an endpoint that has not answered well lately."""
        return cls(PROBING_WINDOW)

    @property
    def is_probing(self) -> bool:
        return self.window <= PROBING_WINDOW

    def note(self, durations: Sequence[float], *, unanswered: bool) -> None:
        """What came of the last claims: how long each answer took (seconds), and whether one never came."""
        if unanswered:
            self.window = PROBING_WINDOW
        elif durations and max(durations) <= _FAST_SECONDS:
            self.window = min(self.window * 4, LARGEST_WINDOW, _worked_off(max(durations)))
        elif durations:
            self.window = min(self.window + FIRST_WINDOW, _STEADY_WINDOW)


def _worked_off(duration: float) -> int:
    """How many claims of this duration (seconds) an endpoint's places get through in the time of a window."""
    return int(POSTS_PER_ENDPOINT * _WINDOW_SECONDS / max(duration, 0.001))
