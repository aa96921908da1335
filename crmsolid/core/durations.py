"""Durations in words, as the panel shows them."""

from datetime import timedelta

# The units in which the panel shows and takes a duration, the largest first.
UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
}


def duration_text(duration: timedelta) -> str:
    """The duration in words, such as ``1 day 12 hours``; empty for none."""
    words = []
    for unit, length in UNITS.items():
        number, duration = divmod(duration, length)
        if number:
            words.append(f"{number} {unit.removesuffix('s') if number == 1 else unit}")
    return " ".join(words)
