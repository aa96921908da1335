"""Analytics in the panel: the same figures as the API, as a page and as a file, and who is behind each of them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.services import erase_contact
from crmsolid.analytics.panel import charts
from crmsolid.analytics.panel.charts import percent
from crmsolid.analytics.panel.days import default_interval, preset_days
from crmsolid.core import clock
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Role
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Thread
from tests.analytics.test_reports import time as time  # a fixture
from tests.analytics.test_reports import write_to_three
from tests.panel import browser
from tests.sequences.helpers import START, Clock, contact, create, enroll, work, write_in
from tests.tenants import Api, Tenants

PAGES = {name: f"/panel/live/analytics/{name}/" for name in ("sequences", "broadcasts", "accounts")}
PAGES = {"overview": "/panel/live/analytics/", "funnel": "/panel/live/analytics/funnel/", **PAGES}
PAGES["team"] = "/panel/live/analytics/team/"


@pytest.fixture
def client(tenants: Tenants) -> Client:
    return browser(tenants.member(Role.VIEWER), tenants.workspace)


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def people(client: Client, page: str, figure: str) -> list[str]:
    """The names behind the link of this figure."""
    [link] = set(
        re.findall(rf'href="(/panel/live/analytics/behind/\?report=(?!enrollments)[^"]*figure={figure}&[^"]*)"', page)
    )
    answer = client.get(link.replace("&amp;", "&"))
    assert answer.status_code == 200
    return names(answer)


def names(answer: Any) -> list[str]:
    return sorted(line.name.removeprefix("@") for line in answer.context["lines"])


def test_pages_show_the_figures_of_the_api_and_who_is_behind_them(
    api: Api, tenants: Tenants, time: Clock, client: Client
) -> None:
    _, contacts = write_to_three(tenants)
    time.move(hours=1)
    answer = client.get(PAGES["sequences"])
    row, empty = answer.context["rows"]
    assert (row["title"], row["below"]) == ("Welcome, step 1", "version 1, hello")
    figures = api(tenants.key([Scope.READ_ANALYTICS])).get("/v1/analytics/sequences").json()["data"][0]["steps"][0]
    assert {name: value for name, value, _ in row["cells"]} == {
        "Sent": str(figures["sent"]),
        "Failed": "0",
        "Replied": str(figures["replied"]),
        "Auto-replied": "0",
        "Opted out": str(figures["opted_out"]),
    }
    assert (row["rate"]["text"], row["rate"]["of"], empty["rate"]) == ("67%", "2 of 3", None)
    assert "no data yet" in text_of(answer)
    assert "0%" not in text_of(answer)
    # The days without anything are drawn, and left out of the table.
    [today] = [values for _, values, _ in answer.context["series"]]
    assert (today, answer.context["left_out"]) == (["3", "0", "2", "0", "1", "67%"], 29)
    assert "29 days without anything are left out." in text_of(answer)
    [sent, replied, opted_out] = answer.context["chart"].series
    assert (sent.values, replied.values, opted_out.title) == ([0] * 29 + [3], [0] * 29 + [2], "Opted out")
    page = answer.content.decode()
    assert people(client, page, "sent") == ["alice", "bobby", "carol"]
    assert people(client, page, "replied") == ["alice", "bobby"]
    assert people(client, page, "opted_out") == ["bobby"]

    page = client.get(PAGES["accounts"]).content.decode()
    assert people(client, page, "replies") == ["alice", "alice", "bobby"]
    funnel = client.get(PAGES["funnel"]).content.decode().replace("&amp;", "&")
    [link] = re.findall(r'href="(\S*figure=count&id=replied\S*)"', funnel)
    assert names(client.get(link)) == ["alice", "bobby"]
    erase_contact(tenants.actor(), contacts[0].pk)
    assert names(client.get(link)) == ["Erased contact", "bobby"]
    page = client.get(PAGES["sequences"]).content.decode()
    assert people(client, page, "replied") == ["Erased contact", "bobby"]


def test_files_have_the_figures_in_whole_and_over_time(tenants: Tenants, time: Clock, client: Client) -> None:
    write_to_three(tenants)
    time.move(hours=1)
    answer = client.get(PAGES["sequences"], {"period": "7", "csv": "series"})
    assert answer["Content-Disposition"] == 'attachment; filename="sequences-series.csv"'
    header, hello, again = answer.content.decode().splitlines()
    assert header == ("from,to,sequence_id,name,version,step,sent,failed,replied,auto_replied,opted_out,reply_rate")
    assert hello.split(",")[3:] == ["Welcome", "1", "hello", "3", "0", "2", "0", "1", str(2 / 3)]
    assert again.split(",")[3:] == ["Welcome", "1", "again", "0", "0", "0", "0", "0", ""]
    funnel = client.get(PAGES["funnel"], {"csv": "figures"}).content.decode().splitlines()
    assert funnel[0] == "from,to,stage,count,reached,added,conversion,median_days"
    assert [line.split(",", 2)[2] for line in funnel[1:4]] == [
        "new,3,3,3,1.0,0.0",
        "contacted,3,3,3,1.0,0.0",
        f"replied,2,2,3,{2 / 3},0.0",
    ]


def test_file_defuses_names_that_a_spreadsheet_would_compute(tenants: Tenants, time: Clock, client: Client) -> None:
    tenants.sandbox(name="=1+1")
    assert ",'=1+1,0,0,0,0,0,0," in client.get(PAGES["accounts"], {"csv": "figures"}).content.decode()


def test_figure_of_a_broadcast_lists_its_recipients(tenants: Tenants, time: Clock, client: Client) -> None:
    common = {"workspace": tenants.workspace, "settled_at": START}
    for name in ("Spring", "Summer"):
        broadcast = Broadcast.unscoped.create(
            workspace=tenants.workspace, name=name, text="Hi", status="done", starts_at=START, frozen_at=START
        )
        for person, status in (("alice", "sent"), ("bobby", "failed")):
            reached = contact(tenants.workspace, f"{person}_{name.lower()}")
            Recipient.unscoped.create(
                broadcast=broadcast,
                contact=reached,
                status=status,
                reason="peer_not_found" if status == "failed" else "",
                **common,
            )
    time.move(hours=1)
    chosen = client.get(PAGES["broadcasts"], {"only": broadcast.pk})
    assert [row["title"] for row in chosen.context["rows"]] == ["Summer"]
    assert [tile.value for tile in chosen.context["tiles"]] == ["1", "1", "0", "0", "0"]
    page = chosen.content.decode()
    assert people(client, page, "sent") == ["alice_summer"]
    assert people(client, page, "failed") == ["bobby_summer"]
    assert len(client.get(PAGES["broadcasts"]).context["rows"]) == 2


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"first": "2026-06-04", "last": "2026-06-01"}, "must not be before"),
        ({"first": "2999-06-04", "last": "2999-06-04"}, "Choose a day from 2000 on"),
        ({"first": "0001-01-01", "last": "2026-06-01"}, "Choose a day from 2000 on"),
        ({"first": "2024-01-01", "last": "2026-06-01", "interval": "day"}, "more than 400"),
        ({"first": "soon"}, "Enter a valid date"),
    ],
)
def test_days_that_make_no_sense_are_named(time: Clock, client: Client, query: dict[str, str], problem: str) -> None:
    answer = client.get(PAGES["funnel"], query)
    assert answer.status_code == 422
    assert problem in text_of(answer)
    assert client.get(PAGES["funnel"], {**query, "csv": "figures"}).status_code == 422


def test_presets_are_days_of_the_workspace(tenants: Tenants, time: Clock) -> None:
    w = tenants.workspace
    today = START.astimezone(w.zone).date()
    month = today.replace(day=1)
    assert (preset_days("7", tenants.workspace).first, preset_days("7", tenants.workspace).last) == (
        today - timedelta(days=6),
        today,
    )
    assert preset_days("this_month", tenants.workspace).first == month
    last = preset_days("last_month", tenants.workspace)
    assert (last.first, last.last) == ((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
    assert default_interval(date(2026, 1, 1), date(2026, 3, 31)) == "week"
    week = preset_days("last_week", tenants.workspace)
    assert (week.first.weekday(), week.last - week.first, week.last < today) == (0, timedelta(days=6), True)
    # Many days are compared only when somebody asks for it.
    found = [preset_days(*each).compares for each in (("30", w, ""), ("30", w, "off"), ("90", w, ""), ("90", w, "on"))]
    assert found == [True, False, False, True]


def test_pages_say_which_part_of_the_replies_is_complete(tenants: Tenants, time: Clock, client: Client) -> None:
    """A message on 1 June; the workspace has UTC. An answer counts for 30 days."""
    write_to_three(tenants)
    time.move(days=59)  # 30 July
    window = "An answer counts for 30 days after its message."
    grow = "may still be answered: their replies, opt-outs and reply rates can still grow."
    answer = client.get(PAGES["sequences"], {"period": "90"})
    text = f"{window} The first 59 of these 90 days, up to 29 Jun 2026, are complete. Later messages {grow}"
    assert text in text_of(answer)
    assert answer.context["days"].preset == "90"
    [(name, values, grows)] = answer.context["series"]
    assert (name, values[0], grows) == ("1 Jun to 7 Jun 2026", "3", False)
    assert "In the shaded part, replies and opt-outs can still grow." in text_of(answer)
    plot = answer.context["chart"].wide
    assert plot.left < plot.growing < plot.right

    complete = client.get(PAGES["sequences"], {"first": "2026-06-01", "last": "2026-06-29"})
    assert f"{window} The figures of these days are complete." in text_of(complete)
    assert "can still grow" not in text_of(complete)
    time.move(days=-58)  # 2 June
    growing = client.get(PAGES["sequences"], {"period": "7"})
    assert f"{window} All messages of these days {grow} Choose earlier days" in text_of(growing)
    [(_, _, grows)] = growing.context["series"]
    assert grows
    assert "can still grow" in text_of(growing) and growing.context["chart"].wide.growing is None
    for report in ("funnel", "accounts"):
        answer = client.get(PAGES[report])
        assert "can still grow" not in text_of(answer) and window not in text_of(answer)


def test_overview_compares_with_the_days_before_and_leads_to_what_it_counts(
    tenants: Tenants, time: Clock, client: Client
) -> None:
    write_to_three(tenants)
    time.move(days=30)  # to the same time of day, so that all of it was in the days before
    account = tenants.sandbox(name="Second")
    for name in ("dora", "emil"):
        write_in(account, contact(tenants.workspace, name))
    time.move(minutes=1)
    Thread.unscoped.update(last_message_at=clock.now())  # its default is the time outside of the test
    answer = client.get(PAGES["overview"])
    tiles = {tile.title: tile for tile in answer.context["tiles"]}
    new, rate = tiles["New contacts"], tiles["Reply rate"]
    assert (new.value, new.change, new.arrow, new.judged, new.before) == ("2", "33%", "↓", "worse", "from 3")
    assert (rate.value, rate.change) == ("no data yet", "")
    assert tiles["First response, median"].value == "no data yet"
    assert names(client.get(new.link)) == ["dora", "emil"]
    now, before = answer.context["chart"].series
    assert (now.total, now.values, before.total) == ("2", [0] * 29 + [2], "3")
    [row] = answer.context["received"]
    assert (row["value"], row["before"]) == ("2", "3")
    assert names(client.get(row["link"])) == ["dora", "emil"]
    assert [(each[0], each[1], each[2]) for each in answer.context["funnel"]["rows"]][:2] == [
        ("New", 2, 3),
        ("Contacted", 2, 3),
    ]
    assert "compared with the 30 days before" in text_of(answer) and "Days are those of UTC" in text_of(answer)
    assert sum(cell.shade for _, _, cells in answer.context["heat_wide"].rows for cell in cells) == 4
    assert answer.context["team"]["waiting"] == 3  # who opted out does not

    alone = client.get(PAGES["overview"], {"compare": "off"})
    assert len(alone.context["chart"].series) == 1 and "compared" not in text_of(alone)
    assert {tile.change for tile in alone.context["tiles"]} == {""}
    header, *rows = client.get(PAGES["overview"], {"csv": "series"}).content.decode().splitlines()
    assert header == "from,to,median_seconds,answered,reply_rate,new,won,received"
    assert (len(rows), rows[-1].split(",")[2:]) == (30, ["", "0", "", "2", "0", "2"])


@pytest.mark.parametrize(
    ("most", "unit", "expected"),
    [
        (0, charts.NUMBER, ["0", "1"]),
        (3, charts.NUMBER, ["0", "1", "2", "3"]),
        (88, charts.NUMBER, ["0", "50", "100"]),
        (1234, charts.NUMBER, ["0", "500", "1,000", "1,500"]),
        (7, charts.MINUTES, ["under 1 min", "2 min", "4 min", "6 min", "8 min"]),
        (200, charts.MINUTES, ["under 1 min", "1 h 00", "2 h 00", "3 h 00", "4 h 00"]),
        (0.4, charts.RATE, ["0%", "10%", "20%", "30%", "40%"]),
    ],
)
def test_axes_have_round_ticks(most: float, unit: charts.Unit, expected: list[str]) -> None:
    assert [unit.text(each) for each in charts.ticks(most, unit)] == expected


def test_line_has_gaps_where_there_is_no_value() -> None:
    labels = ["1", "2", "3", "4", "5"]
    series = charts.Series("is-s0", "Median", [4, None, 2, 3, None])
    plot = charts.chart("Response", [series], charts.Time(labels, labels, True, 5)).narrow
    [(key, path)] = plot.lines
    assert (key, re.findall("[A-Za-z]", path), plot.area) == ("is-s0", ["M", "h", "M", "L"], "")
    assert plot.columns[0].text == "1\nMedian: 4" and plot.columns[1].text == "2"
    assert plot.today == plot.right


def test_rates_say_what_they_are() -> None:
    assert [percent(rate) for rate in (None, 0, 0.004, 0.5, 1)] == ["", "0%", "0.4%", "50%", "100%"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 302),
        ("?report=funnel&figure=sent&id=new", 302),
        ("?report=funnel&figure=count&id=x", 404),
        ("?report=accounts&figure=sent&id=9999", 404),
        ("?report=accounts&figure=received", 200),
        ("?report=accounts&figure=sent", 404),
        ("?report=enrollments&figure=won&id=seq_01J00000000000000000000000", 404),
        ("?report=broadcasts&figure=sent&id=brd_%00", 404),
        ("?report=sequences&figure=sent&id=seq_01J00000000000000000000000&version=1&step=a", 404),
        ("?report=funnel&figure=count&id=new&cursor=x", 302),
        ("?report=__class__&figure=sent", 302),
    ],
)
def test_figure_that_does_not_exist_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"/panel/live/analytics/behind/{query}").status_code == status


def test_figure_of_another_workspace_is_not_found(tenants: Tenants, time: Clock, client: Client) -> None:
    account, _ = write_to_three(tenants)
    theirs = browser(tenants.stranger, tenants.other)
    query = {"report": "accounts", "figure": "sent", "id": str(account.pk)}
    assert client.get("/panel/live/analytics/behind/", query).status_code == 200
    assert client.get("/panel/test/analytics/behind/", query).status_code == 404
    assert theirs.get("/panel/live/analytics/behind/", query).status_code == 404


def test_number_of_queries_does_not_grow_with_the_rows(tenants: Tenants, time: Clock, client: Client) -> None:
    counts = []
    for number in range(2):
        for name in ("alice", "bobby")[: number + 1]:
            account = tenants.sandbox()
            enroll(create(account, name=f"{name} {number}"), contact(tenants.workspace, f"{name}_{number}"))
        work()
        time.move(hours=1)
        with CaptureQueriesContext(connection) as queries:
            for address in PAGES.values():
                assert client.get(address).status_code == 200
            behind = {"report": "funnel", "figure": "count", "id": "new"}
            assert client.get("/panel/live/analytics/behind/", behind).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
