"""Going through contacts by a filter: each step examines a window of them, whatever the filter takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import pytest

from contacts import bulk, walking
from contacts.models import Contact, ContactTag
from contacts.segments import services as segments
from contacts.services import upsert_contact
from contacts.walking import Walk
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from tests.tenants import Tenants


@pytest.fixture(autouse=True)
def people(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nine contacts, every third of them a vip, and one of another workspace. Windows have one to eight contacts."""
    monkeypatch.setattr(walking, "SMALLEST", 1)
    monkeypatch.setattr(walking, "LARGEST", 8)
    for index in range(9):
        tags = ["all", "vip"] if index % 3 == 2 else ["all"]
        upsert_contact(tenants.actor(), {"username": f"user{index}", "tags": tags})
    upsert_contact(tenants.actor(tenants.other), {"username": "user0", "tags": ["all", "vip"]})
    return list(Contact.unscoped.filter(workspace=tenants.workspace).order_by("pk").values_list("pk", flat=True))


@contextmanager
def too_slow(seconds: float) -> Iterator[None]:
    raise StatementTimeout
    yield


def with_tag(tenants: Tenants, tag: str) -> Any:
    return Contact.objects.for_workspace(tenants.workspace).filtered({"tag": [tag]})


def steps(walk: Walk, people: Any, at_most: int = 100) -> list[list[str]]:
    found = []
    while not walk.ended:
        found.append([contact.pk for contact in walk.next(people, at_most)])
    return found


def test_each_step_examines_a_window_even_if_the_filter_takes_nobody(
    tenants: Tenants, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "TARGET_SECONDS", 1000.0)
    walk = Walk(tenants.workspace.pk, window=2)
    assert walk.next(with_tag(tenants, "nobody"), 100) == []
    assert (walk.after, walk.ended) == (people[1], False)
    assert steps(walk, with_tag(tenants, "nobody")) == [[], []]  # windows of four and eight


def test_everybody_whom_the_filter_takes_is_found_once_and_in_order(tenants: Tenants, people: list[str]) -> None:
    for window in (1, 2, 3, 8):
        for at_most in (1, 2, 100):
            found = steps(Walk(tenants.workspace.pk, window=window), with_tag(tenants, "vip"), at_most)
            assert list(chain(*found)) == people[2::3]
            assert max(map(len, found)) <= at_most


def test_windows_grow_while_they_are_fast_and_shrink_when_they_are_not(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "TARGET_SECONDS", 1000.0)
    walk = Walk(tenants.workspace.pk, window=2)
    walk.next(with_tag(tenants, "vip"), 100)
    assert walk.window == 4
    monkeypatch.setattr(walking, "TARGET_SECONDS", 0.0)
    walk.next(with_tag(tenants, "vip"), 100)
    assert walk.window == 2


def test_window_with_more_people_than_are_wanted_shrinks(tenants: Tenants) -> None:
    walk = Walk(tenants.workspace.pk, window=8)
    walk.next(with_tag(tenants, "all"), 3)
    assert walk.window == 4


def test_window_that_takes_too_long_is_halved_down_to_the_smallest(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "statement_timeout", too_slow)
    walk = Walk(tenants.workspace.pk, window=4)
    for window in (2, 1):
        assert walk.next(with_tag(tenants, "all"), 100) == []
        assert walk == Walk(tenants.workspace.pk, window=window)
    with pytest.raises(StatementTimeout):
        walk.next(with_tag(tenants, "all"), 100)
    assert walk == Walk(tenants.workspace.pk, window=1)


def tag_segment(tenants: Tenants, filter: Any) -> Job:
    segment = segments.create_segment(tenants.actor(), name="Segment", filter=filter).segment
    return segments.tag_segment(tenants.actor(), segment.pk, add=["new"])


def change_many(tenants: Tenants, filter: Any) -> Job:
    return bulk.start_bulk(tenants.actor(), bulk.TAGS, {"filter": filter}, {"add": ["new"]})


JOBS = [tag_segment, change_many]
VIP = {"all": [{"field": "tag", "op": "is", "value": "vip"}]}


@pytest.mark.parametrize("start", JOBS)
@pytest.mark.parametrize(("window", "chunks"), [(1, 10), (8, 3), (100, 2)])
def test_a_job_goes_through_windows_without_anybody(
    tenants: Tenants, people: list[str], start: Any, monkeypatch: pytest.MonkeyPatch, window: int, chunks: int
) -> None:
    monkeypatch.setattr(walking, "LARGEST", window)
    monkeypatch.setattr(walking, "TARGET_SECONDS", 1000.0)
    job = start(tenants, VIP)
    Job.unscoped.update(params=job.params | {"window": window})
    assert sum(iter(partial(runner.run_due, seconds=0), 0)) == chunks
    job.refresh_from_db()
    assert (job.state, job.done, job.result["changed"]) == ("done", 3, 3)
    tagged = ContactTag.unscoped.filter(name="new").order_by("contact").values_list("contact", flat=True)
    assert list(tagged) == people[2::3]


@pytest.mark.parametrize("start", JOBS)
def test_a_job_whose_smallest_window_takes_too_long_ends_at_once_and_changes_nobody(
    tenants: Tenants, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(tenants, VIP)
    Job.unscoped.update(params=job.params | {"window": 2})
    monkeypatch.setattr(walking, "statement_timeout", too_slow)
    assert runner.run_due() == 2
    job.refresh_from_db()
    assert (job.state, job.done, [error["code"] for error in job.errors]) == ("failed", 0, ["filter_too_costly"])
    assert not ContactTag.unscoped.filter(name="new").exists()
