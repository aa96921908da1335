"""Charts as one path of bars. What they show in words stands beside them, and all numbers in the table beneath."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100
STEP = 10
BAR = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar for each period, in a box of ``width`` by ``HEIGHT`` that the page stretches: in ``path`` those that are
    final, in ``growing`` the others. ``most`` is the highest value, empty if it is 0, and ``when`` the first period
    that has it."""

    title: str
    total: str
    most: str
    when: str
    path: str
    growing: str
    width: int


def bars(title: str, labels: Sequence[str], values: Sequence[int], final: int) -> Chart:
    """The chart of these values, of which there is at least one. So many of them, from the first on, are final."""
    most = max(values)
    drawn = [
        f"M{number * STEP + (STEP - BAR) // 2} {HEIGHT}v-{max(round(HEIGHT * value / most), 1)}h{BAR}V{HEIGHT}z"
        if value
        else ""
        for number, value in enumerate(values)
    ]
    return Chart(
        title,
        total=f"{sum(values):,}",
        most=f"{most:,}" if most else "",
        when=labels[values.index(most)] if most else "",
        path="".join(drawn[:final]),
        growing="".join(drawn[final:]),
        width=len(values) * STEP,
    )
