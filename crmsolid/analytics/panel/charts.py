"""Charts that the server draws as SVG: scales with round ticks, axes with units, lines, bars, spark lines, a heat map.

Nothing here knows a style: the paths and numbers go into templates, which give them classes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from crmsolid.panel.components.template_tags import duration_words

LEFT, RIGHT, TOP, BOTTOM = 40, 10, 18, 26  # the margins of a chart, for its axes
# The sizes of a chart, so that its text does not grow or shrink: half of a desk's page, all of it, a phone's.
HALF, FULL, NARROW = (660, 250), (1000, 260), (350, 220)
SPARK = (200, 32)
# Round numbers of minutes, from which on days are counted.
_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)
Value = float | None


@dataclass(frozen=True, slots=True)
class Unit:
    """How a value is written, and the steps between two ticks of its axis: about a fourth of the largest value."""

    text: Callable[[float], str]
    step: Callable[[float], float]


def _round_step(rough: float) -> float:
    """The next 1, 2 or 5 of a power of ten, at least 1."""
    power = 10 ** floor(log10(max(rough, 1)))
    return max(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-9), 1)


def _minute_step(rough: float) -> float:
    return next((step for step in _MINUTES if step >= rough), _round_step(rough / 1440) * 1440)


def percent(rate: float | None) -> str:
    """A rate as people read it; empty without one. Small ones have a decimal, so that few are not shown as none."""
    if rate is None:
        return ""
    return f"{rate:.1%}" if 0 < rate < 0.1 else f"{rate:.0%}"


def minutes(value: float) -> str:
    """``under 1 min``, ``6 min``, ``1 h 40``, ``2 d``."""
    return "under 1 min" if value < 1 else duration_words(int(value))


NUMBER = Unit(lambda value: f"{value:,.0f}", _round_step)
MINUTES = Unit(minutes, _minute_step)
RATE = Unit(percent, lambda rough: next(step for step in (0.01, 0.02, 0.05, 0.1, 0.25, 1) if step >= rough))


def ticks(most: float, unit: Unit = NUMBER) -> list[float]:
    """Round values from 0 to the first that is not below ``most``: three to six of them, or 0 and 1."""
    step = unit.step(most / 4) if most else 1
    return [step * number for number in range(max(ceil(most / step - 1e-9), 1) + 1)]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: a value for each period, None where there is none. ``key`` is its class in the style sheet.
    One that is not ``shown`` is drawn once its box in the legend is ticked."""

    key: str
    title: str
    values: Sequence[Value]
    total: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A text at a place of an axis."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """The part of the chart above one period, and what it says there."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of one size, in units of its SVG. ``today`` is the place of the period that has not ended, ``growing``
    that of the first whose figures are not final; None without one."""

    width: int
    height: int
    rows: Sequence[Mark]
    marks: Sequence[Mark]
    lines: Sequence[tuple[str, str]]
    area: str
    columns: Sequence[Column]
    today: float | None
    growing: float | None

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def top(self) -> int:
        return TOP

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM

    @property
    def depth(self) -> int:
        return self.bottom - TOP

    @property
    def growing_width(self) -> float:
        return round(self.right - (self.growing or 0), 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of lines over time: its legend, and the plots for a desk and for a phone. ``says`` is what a screen
    reader says in place of it."""

    series: Sequence[Series]
    wide: Plot
    narrow: Plot
    says: str


@dataclass(frozen=True, slots=True)
class Time:
    """The periods of a chart: their labels in full and short, whether the last one has not ended, and how many of them,
    from the first on, have final figures."""

    labels: Sequence[str]
    short: Sequence[str]
    has_today: bool
    final: int


def chart(title: str, series: Sequence[Series], time: Time, unit: Unit = NUMBER, size: tuple[int, int] = FULL) -> Chart:
    """The first series is the one that the chart is about; others are left out if they are 0 all the time. ``size`` is
    that on a desk."""
    series = [series[0], *(each for each in series[1:] if any(each.values))]
    known = [(value, label) for value, label in zip(series[0].values, time.labels, strict=True) if value is not None]
    most, when = max(known, key=lambda pair: pair[0], default=(0, ""))
    says = f"{title}, {time.labels[0]} to {time.labels[-1]}. "
    says += f"The most is {unit.text(most)}, {when}." if most else "There is nothing in these days."
    return Chart(series, _plot(series, time, unit, *size), _plot(series, time, unit, *NARROW), says)


def _plot(series: Sequence[Series], time: Time, unit: Unit, width: int, height: int) -> Plot:
    values = [value for each in series for value in each.values if value is not None]
    axis = ticks(max(values, default=0), unit)
    bottom, number = height - BOTTOM, len(time.labels)
    step = (width - LEFT - RIGHT) / max(number - 1, 1)

    def x(index: float) -> float:
        return round(LEFT + step * index, 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - TOP) * value / axis[-1], 1)

    points = {each.key: [None if v is None else (x(i), y(v)) for i, v in enumerate(each.values)] for each in series}
    first = points[series[0].key]
    area = ""
    if all(point is not None for point in first) and number > 1:
        area = f"{_path(first)}V{bottom}H{LEFT}z"
    return Plot(
        width=width,
        height=height,
        rows=[Mark(y(value), unit.text(value) if value else "0") for value in axis],
        marks=_time_marks(time.short, x, most=max((width - LEFT) // 75, 2)),
        lines=[(each.key, _path(points[each.key])) for each in series],
        area=area,
        columns=_columns(series, time, unit, x, step),
        today=x(number - 1) if time.has_today else None,
        growing=x(time.final) if 0 < time.final < number else None,
    )


def _columns(
    series: Sequence[Series], time: Time, unit: Unit, x: Callable[[float], float], step: float
) -> list[Column]:
    columns = []
    for index, name in enumerate(time.labels):
        said = [f"{each.title}: {unit.text(v)}" for each in series if (v := each.values[index]) is not None]
        columns.append(Column(x(index - 0.5), round(step, 1), "\n".join([name, *said])))
    return columns


def _path(points: Iterable[tuple[float, float] | None]) -> str:
    """Lines between points that follow each other. One alone becomes a dot, as the line has round ends."""
    parts, pen_is_down, last = [], False, ""
    for point in points:
        if point is None:
            parts += ["h0"] if last == "M" else []
            pen_is_down, last = False, ""
            continue
        last = "L" if pen_is_down else "M"
        parts.append(f"{last}{point[0]:g} {point[1]:g}")
        pen_is_down = True
    return "".join(parts + (["h0"] if last == "M" else []))


def _time_marks(labels: Sequence[str], x: Callable[[float], float], most: int) -> list[Mark]:
    """Some of the labels, the same number of periods apart."""
    every = ceil(len(labels) / most)
    if every > 1 and len(labels) > 13:
        every = 7 if every <= 7 else every  # the same weekday
    last = len(labels) - 1
    return [
        Mark(x(index), labels[index], "start" if index == 0 else "end" if index == last else "middle")
        for index in range(0, len(labels), every)
    ]


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes, in a box of the size ``SPARK``."""

    line: str
    area: str


def spark(values: Sequence[Value]) -> Spark | None:
    """None where there is too little to draw."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return None
    width, height = SPARK
    most, step = max(known), width / (len(values) - 1)
    points = [
        (round(index * step, 1), round(height - 3 - (height - 6) * value / most, 1))
        for index, value in enumerate(values)
        if value is not None
    ]
    line = _path(points)
    return Spark(line, f"{line}V{height}H{points[0][0]:g}z")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart, in units of its SVG: how long the bar is, where that of the time before ended, None without
    a comparison, and what stands beside it."""

    title: str
    y: int
    length: float
    before: float | None
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars of one size."""

    width: int
    full: int
    rows: Sequence[Bar]

    START = 74
    ROW = 39

    @property
    def height(self) -> int:
        return self.ROW * len(self.rows)

    @property
    def end(self) -> int:
        return self.START + self.full


def bars(rows: Sequence[tuple[str, int, int | None, str]], width: int) -> Bars:
    """Of titles, values, the values before, and notes."""
    full = width - Bars.START - 84
    most = max((max(value, before or 0) for _, value, before, _ in rows), default=0) or 1

    def length(value: int) -> float:
        return round(max(full * value / most, 2 if value else 0), 1)

    drawn = [
        Bar(
            title,
            Bars.ROW * number + 6,
            length(value),
            None if before is None else Bars.START + length(before),
            f"{value:,}",
            note,
        )
        for number, (title, value, before, note) in enumerate(rows)
    ]
    return Bars(width, full, drawn)


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a heat map: five shades from ``0``, none or few, to ``4``."""

    x: float
    y: int
    width: float
    shade: int
    text: str


@dataclass(frozen=True, slots=True)
class Heat:
    """A heat map of one size: rows with a name, and marks below."""

    width: int
    rows: Sequence[tuple[str, int, Sequence[Cell]]]
    marks: Sequence[Mark]

    START, ROW = 30, 23

    @property
    def height(self) -> int:
        return self.ROW * len(self.rows) + 26


def heat(names: Sequence[str], counts: Sequence[Sequence[int]], hours: Sequence[int], width: int) -> Heat:
    """How many there were at each of these hours (the columns of ``counts``), by row."""
    most = max((max(row) for row in counts), default=0) or 1
    step = (width - Heat.START) / len(hours)
    rows = []
    for number, (name, row) in enumerate(zip(names, counts, strict=True)):
        y = Heat.ROW * number + 6
        cells = [
            Cell(
                round(Heat.START + step * index, 1), y, round(step - 2, 1), ceil(4 * count / most),
                f"{name} {hour}:00 to {hour + 1}:00: {count:,}",
            )
            for index, (hour, count) in enumerate(zip(hours, row, strict=True))
        ]  # fmt: skip
        rows.append((name, y + 15, cells))
    marks = [
        Mark(round(Heat.START + step * (index + 0.5), 1), f"{hour}:00")
        for index, hour in enumerate(hours)
        if hour % 3 == 0
    ]
    return Heat(width, rows, marks)
