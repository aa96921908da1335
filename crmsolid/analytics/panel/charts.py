"""Charts as one path of bars. What they show in words stands beside them, and all numbers in the table beneath."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100
STEP = 10
BAR = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar for each period, in a box of ``width`` by ``HEIGHT`` that the page stretches. ``most`` is the highest
    value, empty if it is 0, and ``when`` the first period that has it."""

    title: str
    total: str
    most: str
    when: str
    path: str
    width: int


def bars(title: str, labels: Sequence[str], values: Sequence[int]) -> Chart:
    """The chart of these values, of which there is at least one."""
    most = max(values)
    drawn = [
        f"M{number * STEP + (STEP - BAR) // 2} {HEIGHT}v-{max(round(HEIGHT * value / most), 1)}h{BAR}V{HEIGHT}z"
        for number, value in enumerate(values)
        if value
    ]
    when = labels[values.index(most)] if most else ""
    return Chart(title, f"{sum(values):,}", f"{most:,}" if most else "", when, "".join(drawn), len(values) * STEP)
