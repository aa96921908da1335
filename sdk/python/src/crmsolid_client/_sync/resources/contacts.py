# Generated from _async/resources/contacts.py by tools/generate_sync.py; do not edit.
"""Contacts."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, query, read, upload, write
from ..._uploads import Source, to_upload
from ..download import Download
from ..pages import Changes, Pages
from .base import Resource

Sort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "score", "-score"]


class Contacts(Resource):
    def list(
        self,
        *,
        search: str | None = None,
        tag: Sequence[str] | None = None,
        stage: models.ContactStageIn | None = None,
        segment: str | None = None,
        username: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        ids: Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        updated_since: datetime.datetime | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Contact]:
        """Contacts, newest first unless ``sort`` says otherwise. ``search`` is a part of name, username or e-mail
        address; ``tag`` are tags that the contact must have, all of them; ``segment`` is the id of a segment.
        ``username``, ``email`` and ``phone`` are compared exactly. ``ids`` are up to 100, and unknown ones are left
        out. ``filter`` is a condition as segments have it."""
        call = read(
            "/v1/contacts",
            search=search,
            tag=tag,
            stage=stage,
            segment=segment,
            username=username,
            email=email,
            phone=phone,
            ids=None if ids is None else ",".join(ids),
            filter=None if filter is None else json.dumps(filter, ensure_ascii=False),
            updated_since=updated_since,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Contact)

    def sync(self, *, since: datetime.datetime | None = None) -> Changes[models.Contact]:
        """All contacts, or those that were changed since the last time, the ones changed last at the end. Keep
        ``synced_until`` of the result once all are read, and give it as ``since`` the next time: none is missed,
        however late its change is committed. Some come again, so store them by their ids. Contacts that were erased do
        not appear."""
        call = read("/v1/contacts", sort="updated_at", updated_since=since, limit=100)
        return Changes(self._transport, call, models.Contact, since)

    def get(self, contact_id: str) -> models.Contact:
        """A contact. ``response.etag`` of it is what ``if_match`` of a later change takes."""
        return self._transport.model(read("/v1/contacts/{}", contact_id), models.Contact)

    def create(
        self,
        *,
        username: str | NotGiven | None = NOT_GIVEN,
        email: str | NotGiven | None = NOT_GIVEN,
        name: str | NotGiven = NOT_GIVEN,
        first_name: str | NotGiven = NOT_GIVEN,
        last_name: str | NotGiven | None = NOT_GIVEN,
        phone: str | NotGiven | None = NOT_GIVEN,
        time_zone: str | NotGiven | None = NOT_GIVEN,
        stage: models.ContactStageIn | NotGiven = NOT_GIVEN,
        opted_out: bool | NotGiven = NOT_GIVEN,
        tags: Sequence[str] | NotGiven = NOT_GIVEN,
        custom_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ContactUpserted:
        """Create a contact, or update the one of that username or e-mail address; one of them is needed. Tags are
        added, other fields that are given are replaced, the rest is kept. ``created`` says which of the two it was.
        ``if_none_match="*"`` only creates, ``if_match`` only updates: otherwise PreconditionFailedError."""
        call = write(
            "POST",
            "/v1/contacts",
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
            username=username,
            email=email,
            name=name,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            time_zone=time_zone,
            stage=stage,
            opted_out=opted_out,
            tags=tags,
            custom_fields=custom_fields,
        )
        return self._transport.model(call, models.ContactUpserted)

    def update(
        self,
        contact_id: str,
        *,
        username: str | NotGiven | None = NOT_GIVEN,
        email: str | NotGiven | None = NOT_GIVEN,
        name: str | NotGiven = NOT_GIVEN,
        first_name: str | NotGiven = NOT_GIVEN,
        last_name: str | NotGiven | None = NOT_GIVEN,
        phone: str | NotGiven | None = NOT_GIVEN,
        time_zone: str | NotGiven | None = NOT_GIVEN,
        stage: models.ContactStageIn | NotGiven = NOT_GIVEN,
        opted_out: bool | NotGiven = NOT_GIVEN,
        tags: Sequence[str] | NotGiven = NOT_GIVEN,
        custom_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ContactWritten:
        """Replace the fields that are given, tags too. None empties a field that takes it. With ``if_match``
        PreconditionFailedError if the contact has changed since it was read."""
        call = write(
            "PATCH",
            "/v1/contacts/{}",
            contact_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            username=username,
            email=email,
            name=name,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            time_zone=time_zone,
            stage=stage,
            opted_out=opted_out,
            tags=tags,
            custom_fields=custom_fields,
        )
        return self._transport.model(call, models.ContactWritten)

    def delete(self, contact_id: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Erase a person for good, with messages, events and stored answers."""
        call = write("DELETE", "/v1/contacts/{}", contact_id, idempotency_key=idempotency_key, if_match=if_match)
        self._transport.send(call)

    def tag(
        self,
        contact_id: str,
        *,
        add: Sequence[str] | NotGiven = NOT_GIVEN,
        remove: Sequence[str] | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ContactWritten:
        """Add and remove tags."""
        call = write(
            "POST",
            "/v1/contacts/{}/tags",
            contact_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            add=add,
            remove=remove,
        )
        return self._transport.model(call, models.ContactWritten)

    def data(self, contact_id: str) -> models.PersonalData:
        """All that is kept on a person."""
        return self._transport.model(read("/v1/contacts/{}/data", contact_id), models.PersonalData)

    def score(self, contact_id: str, *, limit: int | None = None, cursor: str | None = None) -> models.Score:
        """The score, with one page of the changes that made it, newest first. ``next_cursor`` goes on from there."""
        call = read("/v1/contacts/{}/score", contact_id, limit=limit, cursor=cursor)
        return self._transport.model(call, models.Score)

    def add_points(
        self, contact_id: str, *, points: int, note: str | NotGiven = NOT_GIVEN, idempotency_key: str | None = None
    ) -> models.Score:
        """Add points to the score by hand; below 0 to take some off."""
        call = write(
            "POST", "/v1/contacts/{}/points", contact_id, idempotency_key=idempotency_key, points=points, note=note
        )
        return self._transport.model(call, models.Score)

    def export(
        self,
        *,
        format: Literal["csv", "ndjson"] = "csv",
        search: str | None = None,
        tag: Sequence[str] | None = None,
        stage: models.ContactStageIn | None = None,
        segment: str | None = None,
        username: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        ids: Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        updated_since: datetime.datetime | None = None,
    ) -> Download:
        """All contacts, or those that match as in :meth:`list`, as a CSV file or as one JSON object a line."""
        call = read(
            "/v1/contacts/export",
            accept="text/csv, application/x-ndjson",
            format=format,
            search=search,
            tag=tag,
            stage=stage,
            segment=segment,
            username=username,
            email=email,
            phone=phone,
            ids=None if ids is None else ",".join(ids),
            filter=None if filter is None else json.dumps(filter, ensure_ascii=False),
            updated_since=updated_since,
        )
        return Download(self._transport, call)

    def import_file(
        self,
        file: Source,
        *,
        mapping: Mapping[str, str] | None = None,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> models.Job:
        """Start the import of a CSV file: its path, what it contains, or the parts of that. ``mapping`` says which
        column is which field; without it the header names the fields. ``dry_run`` counts what the import would do and
        changes nothing. Wait for the job with ``jobs.wait``; ``jobs.failed_rows`` has the rows that were refused."""
        form = {} if mapping is None else {"mapping": json.dumps(dict(mapping), ensure_ascii=False)}
        with contextlib.ExitStack() as files:
            opened = to_upload(file, None, "text/csv", default_name="contacts.csv")
            source = files.enter_context(opened)  # it may copy the file
            call = upload("/v1/contacts/import", source, form, idempotency_key=idempotency_key)
            call = dataclasses.replace(call, params=query({"dry_run": dry_run or None}))
            return self._transport.model(call, models.Job)
