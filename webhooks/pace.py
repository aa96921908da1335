"""How much of an endpoint's queue to hold at once. Pure: durations in, a number of claims out."""

from collections.abc import Sequence
from dataclasses import dataclass

FIRST_WINDOW = 5
LARGEST_WINDOW = 100
PROBING_WINDOW = 2
_STEADY_WINDOW = 20
_FAST_SECONDS = 0.5


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
            self.window = min(self.window * 4, LARGEST_WINDOW)
        elif durations:
            self.window = min(self.window + FIRST_WINDOW, _STEADY_WINDOW)
