"""``python -m tests.sdk.faults.table`` writes the table of scenarios into docs/clients.md."""

from pathlib import Path

from tests.sdk.faults.scenarios import SCENARIOS, Scenario

PAGE = Path(__file__).resolve().parents[3] / "docs" / "clients.md"
HEAD = "| what goes wrong | what the caller gets | requests | keys |\n| --- | --- | --- | --- |\n"


def page() -> str:
    """The page as it has to be: the table is its end."""
    text, _, _ = PAGE.read_text().partition(HEAD)
    return text + HEAD + "".join(map(row, SCENARIOS))


def row(scenario: Scenario) -> str:
    least, most = scenario.most
    requests = str(most) if least == most else f"{least} to {most}"
    return f"| {scenario.name} | {outcome(scenario)} | {requests} | {scenario.keys} |\n"


def outcome(scenario: Scenario) -> str:
    if scenario.items is not None:
        told = "events" if any("evt" in one for one in scenario.items) else "objects"
        got = f"{len(scenario.items)} {told}, each once" if len(scenario.items) > 1 else "the event"
        unreadable = sum(one.startswith("?") for one in scenario.items)
        got = "`unreadable_event`" if scenario.outcome != "ok" else got
        return f"{got}, one as `unreadable_event`" if unreadable and scenario.outcome == "ok" else got
    if scenario.outcome != "ok":
        is_timed = scenario.elapsed is not None and scenario.elapsed[1] >= 1 and scenario.clock == "fake"
        late = f" within {scenario.elapsed[1]:.0f} s" if scenario.elapsed and is_timed else ""
        return f"`{scenario.outcome}`{late}"
    return "its answer" if scenario.works is None else f"done {'once' if scenario.works == 1 else 'once each'}"


if __name__ == "__main__":
    PAGE.write_text(page())
