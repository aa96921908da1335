"""What the OpenAPI document cannot say of requests that Schemathesis generates: which values the server has given out,
and which well-formed requests it refuses all the same. The contract tests and the command line share it."""

import re
from collections.abc import Mapping
from copy import copy
from typing import Any
from uuid import uuid4

from schemathesis.core.parameters import ParameterLocation

# The environment variable in which the command line finds the ids of existing objects, as JSON.
IDS_VARIABLE = "FUZZ_IDS"
# No schema describes its body: what is in the file decides whether it is accepted. All other checks apply.
IMPORT_PATH = "/v1/contacts/import"
# Any file is accepted.
UPLOAD_PATH = "/v1/files"

# Errors in well-formed requests that no schema can exclude: a tag both added and removed, a custom field given twice,
# an `until` before its `since` or a `to` before its `from`, too many periods between them or comparisons in a filter, a
# filter with too many levels, a time too far away, a window of no time, a variable or field that the workspace has not
# defined, a length in UTF-16 units of the rendered text, markup that is not closed, a file or a message that is not
# there or does not fit.
SEMANTIC_ERRORS = {
    *("ambiguous", "before_from", "before_since", "duplicate", "length", "too_deep", "too_far", "too_many"),
    *("markup_syntax", "never_opens", "too_many_entities", "unknown_variable"),
    *("no_attachments", "not_a_voice", "unknown_file"),
    *("not_in_conversation", "not_in_text", "not_there", "without_reply_to"),
    *("reserved", "immutable", "no_choices"),
}
# The same, of one field: a text may be empty where there are files, a reaction is one emoji, an assignee is a member,
# a snooze has an end in the future, a delay is not too long, and what GET answers is sent back as it was.
SEMANTIC_ERRORS_OF_FIELDS = {
    *(("text", "blank"), ("emoji", "invalid"), ("assignee_id", "invalid_choice")),
    *(("snoozed_until", "out_of_range"), ("snoozed_until", "required"), ("snoozed_until", "not_snoozed")),
    *(("delay", "out_of_range"), ("jitter", "out_of_range")),
    *((name, "read_only") for name in ("id", "status", "version", "created_at", "updated_at")),
    ("choices", "required"),
}

VALID_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
# Body fields that take such an id, with its collection.
ID_FIELDS = {"account_id": "accounts", "contact_id": "contacts", "thread_id": "threads"}
# Body fields whose valid values only a database knows, with one of them.
VALID_VALUES = {"time_zone": "Europe/Berlin"}


def is_beyond_the_schema(case: Any, response: Any) -> bool:
    """Whether the document cannot tell that this request is refused."""
    if case.path == IMPORT_PATH or _starts_without_a_key(case, response) or _names_a_long_host(case, response):
        return True
    return _has_only_semantic_errors(response)


def is_valid_after_all(case: Any) -> bool:
    """Whether an upload that is meant to be wrong has its key and no part but the file, which no content makes wrong.
    Of a body that is no file Schemathesis knows itself that what it has made is valid."""
    if case.path != UPLOAD_PATH or (isinstance(case.body, dict) and case.body.keys() - {"file"}):
        return False
    return VALID_KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))) is not None


def _starts_without_a_key(case: Any, response: Any) -> bool:
    """Whether the start of a broadcast was refused for its missing key. The document cannot say that only a preview
    needs none."""
    is_start = (case.method, case.path) == ("POST", "/v1/broadcasts")
    return is_start and response.status_code == 400 and response.json()["code"] == "idempotency_key_missing"


def _names_a_long_host(case: Any, response: Any) -> bool:
    """Whether it was refused for the name of a host of over 253 characters: a pattern without look-around limits each
    label, and not all of them together."""
    url = case.body.get("url") if isinstance(case.body, dict) else None
    is_long = isinstance(url, str) and len(url.partition("://")[2].partition("/")[0]) > 253
    return is_long and response.status_code == 422


def _has_only_semantic_errors(response: Any) -> bool:
    if response.status_code not in (400, 422):
        return False
    errors = response.json().get("errors", [])
    return bool(errors) and all(
        error["code"] in SEMANTIC_ERRORS
        or (error["field"].rpartition(".")[2], error["code"]) in SEMANTIC_ERRORS_OF_FIELDS
        or (error["code"] == "unknown_field" and "custom field" in error["detail"])
        for error in errors
    )


def replace_unusable_values(case: Any, existing_ids: Mapping[str, Any]) -> None:
    """Replace generated values that the document allows and that only the server can give out: ids, ETags, cursors.

    ``existing_ids`` are ids by collection: a generated one would only ever be answered 404. Each request also gets an
    Idempotency-Key of its own. Parts that are invalid on purpose are kept.
    """
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers = _without(case.headers, "If-Match")
        if case.method != "GET":
            case.headers = _without(case.headers, "If-None-Match")
    # The headers without Authorization stay the object that they are: the command line adds its own to any other.
    lacks_authorization = getattr(case.meta.phase.data, "parameter", None) == "Authorization"
    if not lacks_authorization and VALID_KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))):
        case.headers = copy(case.headers)
        case.headers["Idempotency-Key"] = str(uuid4())
    if not case.meta.is_negative_at(ParameterLocation.QUERY):
        case.query = _without(case.query, "cursor")
        if "segment" in case.query and "segments" in existing_ids:
            case.query["segment"] = existing_ids["segments"]
    if case.meta.is_negative_at(ParameterLocation.PATH):
        return
    collections = {name: collection for collection, name in re.findall(r"([\w-]+)/\{(\w+)\}", case.path)}
    case.path_parameters = {
        name: existing_ids.get(collections.get(name, ""), generated)
        for name, generated in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        ids = {name: existing_ids[collection] for name, collection in ID_FIELDS.items() if collection in existing_ids}
        case.body = {name: {**ids, **VALID_VALUES}.get(name, value) for name, value in case.body.items()}
        if case.body.get("attachments") and "files" in existing_ids:
            case.body["attachments"] = [existing_ids["files"]]
        if case.body.get("account_ids") and "accounts" in existing_ids:
            case.body["account_ids"] = [existing_ids["accounts"]]


def _without(values: Any, name: str) -> Any:
    """A copy without this name; the original may be generated again."""
    remaining = copy(values if values is not None else {})
    remaining.pop(name, None)
    return remaining
