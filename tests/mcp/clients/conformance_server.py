"""The product with the tools that the conformance suite calls beside its own.

The suite cannot send a key, so this adds one to every request and leaves the rest of it unchanged.
"""

import re
from dataclasses import replace
from typing import Any

import uvicorn
from django.conf import settings
from django.urls import include, path
from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import DomainError
from crmsolid.local.setup import ensure_demo
from crmsolid.mcp.prompts import Argument, Prompt
from crmsolid.mcp.tool import Tool
from crmsolid.mcp.views import mcp_view
from crmsolid.serving.interface import AsgiApplication
from crmsolid.tools import CATALOGUE, TOOLS


class TextOut(Representation):
    text = serializers.CharField()


class SimpleTextView(WorkspaceView):
    @endpoint(scopes=(), responses={200: TextOut})
    def get(self) -> ApiResponse:
        return ApiResponse({"text": "This is a simple text response for testing."})


class ErrorView(WorkspaceView):
    @endpoint(scopes=(), responses={200: TextOut})
    def get(self) -> ApiResponse:
        raise DomainError("not_found", "This tool intentionally returns an error for testing")


FIXTURES = (
    Tool("test_simple_text", "Simple text", "Answers a sentence.", SimpleTextView),
    Tool("test_error_handling", "Error handling", "Always fails.", ErrorView),
)
PROMPTS = (
    Prompt("test_simple_prompt", "Simple", "A sentence.", (), "This is a simple prompt for testing."),
    Prompt(
        "test_prompt_with_arguments",
        "With arguments",
        "A sentence with two arguments.",
        (Argument("arg1", "One."), Argument("arg2", "Another.")),
        "Prompt with arguments: arg1={arg1}, arg2={arg2}",
    ),
)
catalogue = replace(CATALOGUE, tools=[*TOOLS, *FIXTURES], prompts=[*CATALOGUE.prompts, *PROMPTS])
urlpatterns = [path("mcp", mcp_view(catalogue)), path("", include("crmsolid.urls"))]


def with_key(application: AsgiApplication, token: str) -> AsgiApplication:
    header = (b"authorization", f"Bearer {token}".encode())

    async def authorized(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], header]}
        await application(scope, receive, send)

    return authorized


def serve(port: int) -> None:
    """Serve it for ever, with the configured database, which has all tables and no rows."""
    settings.ROOT_URLCONF = __name__
    from crmsolid.asgi import application  # it loads the views of ROOT_URLCONF

    uvicorn.run(with_key(application, re.findall(r"cs_live_\w+", ensure_demo(""))[0]), port=port, log_level="warning")
