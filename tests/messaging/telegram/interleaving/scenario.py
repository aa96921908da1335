"""Scenarios, each generated from a seed: what people do on Telegram and in the product, and what disturbs it."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise
from typing import Any

Step = tuple[Any, ...]  # the name of a method of Player, and its arguments

CUSTOMERS = 2
BLOCKS = 5
READING = ("updates.getDifference", "messages.getDialogs", "messages.getHistory", "updates.getState")

# What is done, and how often. The argument of some chooses which message is meant.
ACTIONS = {
    "write": 10,  # by the customer
    "send": 9,  # from the product
    "type_on_phone": 4,
    "edit": 3,  # by the customer
    "edit_on_phone": 1,
    "delete": 1,  # by the customer
    "read_on_phone": 2,
    "read": 1,  # by the customer
}


# Seeds below 10,000, in two groups. In each, as many different steps follow each other and meet in a block as in those
# of fifty seeds in a row, so that a third of the scenarios meet as many cases.
CHOSEN = (
    [326, 351, 1326, 1991, 2261, 2359, 2421, 2540, 3130, 3368, 4848, 5117, 6059, 6262, 8391, 8972],
    [163, 187, 1799, 2115, 2428, 2522, 3893, 4392, 5460, 5600, 6217, 7267, 7842, 8430, 8898, 9221, 9541],
)


def scenario(seed: int) -> list[Step]:
    """Blocks of actions with disturbances among them. After each block a message has to arrive."""
    rng = random.Random(seed)
    steps: list[Step] = [("write", 0, 1.0)] if rng.random() < 0.7 else []
    for _ in range(BLOCKS):
        steps += _block(rng) + [("probe",)]
    return [*steps, ("end",), ("probe",)]


def _block(rng: random.Random) -> list[Step]:
    steps = [_action(rng) for _ in range(rng.randint(4, 8))]
    for _ in range(rng.choice((1, 1, 2, 3))):
        begin, *end = rng.choice(DISTURBANCES)(rng)
        position = rng.randint(0, len(steps))
        steps.insert(position, begin)
        for each in end:
            position = rng.randint(position + 1, len(steps))
            steps.insert(position, each)
    # Sometimes a step happens after what came before has been dealt with, and sometimes right behind it.
    return [each for step in steps for each in ([("pause", rng.randint(1, 6))] * (rng.random() < 0.3) + [step])]


def _action(rng: random.Random) -> Step:
    (name,) = rng.choices(list(ACTIONS), list(ACTIONS.values()))
    return name, rng.randrange(CUSTOMERS), round(rng.random(), 2)


def _fault(rng: random.Random) -> list[Step]:
    """Something goes wrong with one request, or with two in a row."""
    kinds: list[Step] = [
        ("flood", rng.choice(("messages.sendMessage", "messages.getDialogs", "messages.getHistory"))),
        ("ignore", rng.choice((*READING, "messages.sendMessage")), rng.choice(("before", "after"))),
        ("lose", rng.choice(("messages.sendMessage", "updates.getDifference")), rng.choice(("before", "after"))),
        ("refuse", "messages.sendMessage", "RPC_CALL_FAIL", rng.choice(("before", "after"))),
        ("refuse", "messages.sendMessage", rng.choice(("CONNECTION_NOT_INITED", "MSG_WAIT_FAILED")), "before"),
        ("refuse", "updates.getDifference", rng.choice(("PERSISTENT_TIMESTAMP_EMPTY", "RPC_CALL_FAIL")), "before"),
    ]
    return [(*rng.choice(kinds), rng.randint(1, 2))]


def _clock(rng: random.Random) -> list[Step]:
    return [("jump_clock", rng.choice((-1, 1)) * rng.choice((rng.randint(31, 299), rng.randint(300, 900))))]


DISTURBANCES: list[Callable[[random.Random], list[Step]]] = [
    lambda rng: [("leave",), ("come_back",)],
    lambda rng: [("kill",)],
    lambda rng: [("cut",)],
    _fault,
    _fault,
    _fault,
    lambda rng: [("lose_pushes", True), ("lose_pushes", False)],
    lambda rng: [("lose_pushes", True), ("difference_too_long",), ("lose_pushes", False)],
    lambda rng: [("forget_sessions",)],
    _clock,
    lambda rng: [("difference_too_long",)],
    lambda rng: [("restart_pts", rng.choice((True, False)))],
    lambda rng: [("trouble_channel",)],
    lambda rng: [("change_text",), ("lose", "messages.sendMessage", "after", 1)],
    lambda rng: [("lose", "messages.sendMessage", "after", 1), ("leave",), ("forget_random_ids",), ("come_back",)],
    lambda rng: [("answer_duplicates", rng.choice(("original", "error")))],
]


def cases(seeds: Iterable[int]) -> set[Any]:
    """What happens in these scenarios: the different steps, which of them follow each other, and which disturbances
    meet in a block."""
    found: set[Any] = set()
    for seed in seeds:
        steps = [step for step in scenario(seed) if step[0] != "pause"]
        found |= {_kind(step) for step in steps}
        found |= {("next", first, second) for (first, *_), (second, *_) in pairwise(steps)}
        for block in _blocks(steps):
            found |= {("block", *pair) for pair in combinations(block, 2)}
    return found


def _kind(step: Step) -> Step:
    name, *arguments = step
    if name == "jump_clock":
        return "step", name, arguments[0] > 0, abs(arguments[0]) >= 300
    return ("step", name) if name in ACTIONS else ("step", *step)


def _blocks(steps: list[Step]) -> Iterator[list[str]]:
    """The names of the disturbances before each probe."""
    block: list[str] = []
    for name, *_ in steps:
        if name == "probe":
            yield block
            block = []
        elif name not in ACTIONS:
            block.append(name)
