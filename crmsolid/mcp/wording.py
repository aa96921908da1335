"""What the REST API says, in the words of the tools: an assistant knows no calls of REST and sends no headers."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.urls import Resolver404, resolve

from crmsolid.mcp.tool import Tool

# The next step where that of REST is about headers, or a tool takes it.
ADVICE = {
    "approval_needed": "Tell the user, who can do it in the panel. Do not try it another way.",
    "account_daily_limit": "Give a later `send_at`, or another account: list_accounts has `left_today`.",
    "already_enrolled": "list_enrollments with this `contact_id` finds the enrollment for stop_enrollment.",
    "audience_changed": "Call preview_broadcast again, show the user what changed, and start with its `audience_hash`.",
    "contact_conflict": "get_contact shows each of `contacts`.",
    "idempotency_in_progress": "Retry in a moment with the same `idempotency_key`.",
    "idempotency_key_reused": "Give a new `idempotency_key`.",
    "invalid_state": "Read the object again: its status says what can be done with it now.",
    "scope_missing": "whoami lists your scopes. Tell the user: a key with `required_scope`, or another sign-in, is "
    "needed.",
    "sequence_not_active": "start_sequence starts a draft, resume_sequence a paused one. Ask the user first.",
    "service_unavailable": "Retry in a moment with the same `idempotency_key`.",
}

_CALL = re.compile(r"(`?)(GET|POST|PATCH|PUT|DELETE) (/v1(?:/[\w{}.~-]+)*)(?:\?[\w=&.-]*)?(`?)")


class Wording:
    """Texts for those who have these tools."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[tuple[Any, str], str] = {}
        for tool in tools:
            self._tools[tool.view, tool.method] = tool.name
            self._tools.update(dict.fromkeys(((view, "GET") for view in tool.stands_for), tool.name))
        self._tool_of = lru_cache(maxsize=256)(self._find)

    def __call__(self, text: str) -> str:
        """The text with the names of tools in place of calls of REST."""
        return _CALL.sub(self._in_place_of, text) if "/v1" in text else text

    def advice(self, code: str) -> str:
        """The next step after a refusal with this code; empty where it is as for REST."""
        return ADVICE.get(code, "")

    def _in_place_of(self, call: re.Match[str]) -> str:
        before, method, path, after = call.groups()
        tool = self._tool_of(method, path)
        return f"{before}{tool}{after}" if tool else "the REST API"

    def _find(self, method: str, path: str) -> str | None:
        try:
            view = resolve(path).func
        except Resolver404:
            return None
        return self._tools.get((getattr(view, "view_class", None), method))
