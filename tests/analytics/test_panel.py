"""Analytics in the panel: the same figures as the API, as a page and as a file, and who is behind each of them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.services import erase_contact
from crmsolid.analytics.panel.days import default_interval, preset_days
from crmsolid.analytics.panel.pages import percent
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Role
from messaging.broadcasts.models import Broadcast, Recipient
from tests.analytics.test_reports import time as time  # a fixture
from tests.analytics.test_reports import write_to_three
from tests.panel import browser
from tests.sequences.helpers import START, Clock, contact, create, enroll, work
from tests.tenants import Api, Tenants

PAGES = {name: f"/panel/live/analytics/{name}/" for name in ("sequences", "broadcasts", "accounts")}
PAGES = {"funnel": "/panel/live/analytics/", **PAGES}


@pytest.fixture
def client(tenants: Tenants) -> Client:
    return browser(tenants.member(Role.VIEWER), tenants.workspace)


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def people(client: Client, page: str, figure: str) -> list[str]:
    """The names behind the link of this figure."""
    [link] = set(re.findall(rf'href="(/panel/live/analytics/behind/[^"]*figure={figure}&[^"]*)"', page))
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
    weeks = [values for _, values, _ in answer.context["series"]]
    assert (len(weeks), weeks[0], weeks[-1]) == (
        14,
        ["0", "0", "0", "0", "0", "no data yet"],
        ["3", "0", "2", "0", "1", "67%"],
    )
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
    assert ",'=1+1,0,0,0,0,0," in client.get(PAGES["accounts"], {"csv": "figures"}).content.decode()


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
    assert [chart.total for chart in chosen.context["charts"]] == ["1", "1", "0", "0", "0"]
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
    today = START.astimezone(tenants.workspace.zone).date()
    month = today.replace(day=1)
    assert (preset_days("7", tenants.workspace).first, preset_days("7", tenants.workspace).last) == (
        today - timedelta(days=6),
        today,
    )
    assert preset_days("this_month", tenants.workspace).first == month
    last = preset_days("last_month", tenants.workspace)
    assert (last.first, last.last) == ((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
    assert default_interval(date(2026, 1, 1), date(2026, 3, 31)) == "week"


def test_pages_say_which_part_of_the_replies_is_complete(tenants: Tenants, time: Clock, client: Client) -> None:
    """A message on 1 June; the workspace has UTC. An answer counts for 30 days."""
    write_to_three(tenants)
    time.move(days=59)  # 30 July
    window = "An answer counts for 30 days after its message."
    grow = "may still be answered: their replies, opt-outs and reply rates can still grow."
    answer = client.get(PAGES["sequences"])
    text = f"{window} The first 59 of these 90 days, up to 29 Jun 2026, are complete. Later messages {grow}"
    assert text in text_of(answer)
    assert answer.context["days"].preset == "90"
    assert [grows for _, _, grows in answer.context["series"]] == [False] * 9 + [True] * 5
    assert [(bool(chart.path), bool(chart.growing)) for chart in answer.context["charts"]] == [
        (True, False),
        (False, False),
        (True, False),
        (False, False),
        (True, False),
    ]
    assert "29 Jun to 5 Jul 2026 can still grow" in text_of(answer)
    assert "22 Jun to 28 Jun 2026 can still grow" not in text_of(answer)

    complete = client.get(PAGES["sequences"], {"first": "2026-06-01", "last": "2026-06-29"})
    assert f"{window} The figures of these days are complete." in text_of(complete)
    assert "can still grow" not in text_of(complete)
    time.move(days=-58)  # 2 June
    growing = client.get(PAGES["sequences"], {"period": "7"})
    assert f"{window} All messages of these days {grow} Choose earlier days" in text_of(growing)
    replied = growing.context["charts"][2]
    assert (replied.path, bool(replied.growing)) == ("", True)
    sent = growing.context["charts"][0]
    assert (bool(sent.path), sent.growing) == (True, "")
    for report in ("funnel", "accounts"):
        answer = client.get(PAGES[report])
        assert "can still grow" not in text_of(answer) and window not in text_of(answer)


def test_rates_say_what_they_are() -> None:
    assert [percent(rate) for rate in (None, 0, 0.004, 0.5, 1)] == ["", "0%", "0.4%", "50%", "100%"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 302),
        ("?report=funnel&figure=sent&id=new", 302),
        ("?report=funnel&figure=count&id=x", 404),
        ("?report=accounts&figure=sent&id=9999", 404),
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
