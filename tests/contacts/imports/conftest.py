from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from tests.contacts import conftest as contacts
from tests.tenants import Api

ours, theirs, write_only, upsert, custom_fields = (
    contacts.ours,
    contacts.theirs,
    contacts.write_only,
    contacts.upsert,
    contacts.custom_fields,
)

Import = Callable[..., Job]


@pytest.fixture
def import_csv(ours: Api) -> Iterator[Import]:
    """Import a file over the API, run its job to the end and return it."""

    def send(text: str | bytes, query: str = "", **headers: Any) -> Job:
        body = text.encode() if isinstance(text, str) else text
        response = ours.post(f"/v1/contacts/import{query}", body, Content_Type="text/csv", **headers)
        assert response.status_code == 202, response.content
        runner.run_due()
        return Job.unscoped.get(pk=response.json()["id"])

    yield send
