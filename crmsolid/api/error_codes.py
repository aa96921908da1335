"""Which problem codes an operation may answer, by status."""

from typing import Any

from crmsolid.core.errors import CODES

_ALWAYS = (
    "invalid_parameter", "bad_request", "token_missing", "token_invalid", "token_revoked", "token_expired",
    "ip_not_allowed", "plan_required", "method_not_allowed", "not_acceptable", "rate_limited", "internal_error",
    "service_unavailable",
)  # fmt: skip
_WRITES = (
    "malformed_json", "idempotency_key_invalid", "idempotency_in_progress", "erased", "payload_too_large",
    "unsupported_media_type", "validation_failed", "idempotency_key_reused",
)  # fmt: skip


def of(view: Any, method: str, has_ids: bool) -> dict[int, list[str]]:
    """Codes by status, in the order of the table of codes; the view adds its own in ``refusals``."""
    codes = set(_ALWAYS)
    codes |= {"scope_missing"} if view.scopes[method] else set()
    codes |= {"not_found"} if has_ids else set()
    codes |= {"invalid_cursor"} if "cursor" in _query_names(view, method) else set()
    codes |= {"precondition_failed"} if method in getattr(view, "conditional", ()) else set()
    if method != "GET":
        codes |= _of_writes(method)
    codes |= set(view.refusals.get(method, ()))
    codes -= set() if view.negotiates else {"not_acceptable"}
    found: dict[int, list[str]] = {}
    for code, info in CODES.items():
        if code in codes:
            found.setdefault(info.status, []).append(code)
    return dict(sorted(found.items()))


def _of_writes(method: str) -> set[str]:
    return {*_WRITES, *(("idempotency_key_missing",) if method in ("POST", "PATCH") else ())}


def _query_names(view: Any, method: str) -> list[str]:
    kind = view.queries.get(method)
    return list(kind().fields) if kind is not None else []
