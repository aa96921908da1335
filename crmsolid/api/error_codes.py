"""Which error codes an operation may answer, by status: for the OpenAPI document."""

from crmsolid.api.endpoint import Endpoint
from crmsolid.core.errors import CODES

_ALWAYS = (
    "invalid_parameter", "bad_request", "token_missing", "token_invalid", "token_revoked", "token_expired",
    "ip_not_allowed", "plan_required", "method_not_allowed", "rate_limited", "internal_error", "service_unavailable",
)  # fmt: skip
_WRITES = (
    "malformed_json", "idempotency_key_invalid", "idempotency_in_progress", "erased", "payload_too_large",
    "unsupported_media_type", "validation_failed", "idempotency_key_reused",
)  # fmt: skip


def error_codes(endpoint: Endpoint, method: str, *, has_ids: bool) -> dict[int, list[str]]:
    """Codes by status, in the order of the table of codes. ``has_ids``: the path names an object."""
    codes = {*_ALWAYS, *endpoint.error_codes}
    codes |= {"scope_missing"} if endpoint.scopes else set()
    codes |= {"not_found"} if has_ids else set()
    codes |= {"invalid_cursor"} if "cursor" in endpoint.query().fields else set()
    codes |= {"precondition_failed"} if endpoint.if_match else set()
    codes |= {"not_acceptable"} if endpoint.negotiates else set()
    if method != "GET":
        codes |= set(_WRITES)
        codes |= {"idempotency_key_missing"} if method in ("POST", "PATCH") else set()
    by_status: dict[int, list[str]] = {}
    for code, info in CODES.items():
        if code in codes:
            by_status.setdefault(info.status, []).append(code)
    return dict(sorted(by_status.items()))
