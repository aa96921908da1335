"""The pages under /docs/, the search in them, the API reference at /swagger, and the start page."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from crmsolid.core.errors import CODES
from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY
from crmsolid.docs import reference
from crmsolid.docs.markdown import code_block
from crmsolid.docs.pages import INTERNALS, ROOT, Page, documentation
from crmsolid.docs.search import MAX_QUERY, search

MAX_FOUND = 40
MAX_SUGGESTED = 8  # while somebody types
# Swagger UI sets style attributes and has inline icons. Scripts come from this server alone, as everywhere.
SWAGGER_POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
MARKDOWN = "text/markdown; charset=utf-8"
LLMS_SUMMARY = (
    "A CRM for teams on Telegram: contacts, messages, sequences and broadcasts by REST, webhooks and MCP, with clients "
    "for Python, TypeScript and .NET. Every page below is Markdown; the OpenAPI document describes each call."
)

View = Callable[..., HttpResponse]


def cached_page(text_of: Callable[..., str], content_type: str = "text/html; charset=utf-8") -> View:
    """The view of a page that is the same for everybody: rendered once in a process, and revalidated by its ETag.

    ``text_of`` takes the arguments of the address and returns the page; ``Http404`` if there is none.
    """

    @lru_cache(maxsize=256)
    def rendered(*arguments: str) -> tuple[bytes, str]:
        body = text_of(*arguments).encode()
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    @require_safe
    def view(request: HttpRequest, *arguments: str) -> HttpResponse:
        try:
            body, etag = rendered.__wrapped__(*arguments) if settings.DEBUG else rendered(*arguments)
        except Http404:
            return not_found(request)
        headers = {"ETag": etag, "Cache-Control": "public, max-age=300", "Content-Type": content_type}
        response = HttpResponse(body, headers=headers)
        if settings.DEBUG:
            response.headers["Cache-Control"] = "no-cache"
        return get_conditional_response(request, etag=etag, response=response) or response

    return view


@cached_page
def index() -> str:
    """What there is to read, by group."""
    return _html("docs/index.html", ROOT, title="Documentation", internals=INTERNALS)


@cached_page
def _page(address: str) -> str:
    pages = list(documentation().pages())
    number = next((number for number, page in enumerate(pages) if page.address == address), None)
    if number is None:
        raise Http404
    page = pages[number]
    return _html(
        "docs/page.html",
        address,
        title=page.title,
        page=page,
        html=mark_safe(page.rendered.html),  # of the Markdown renderer, which lets no HTML through
        headings=[heading for heading in page.rendered.headings if heading.level in (2, 3)],
        previous=pages[number - 1] if number else None,
        next=pages[number + 1] if number + 1 < len(pages) else None,
    )


def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the Markdown files; with ``.md`` at its end, as Markdown. With a slash there it leads to the page."""
    if name.endswith("/") and documentation().page(f"{ROOT}{name.rstrip('/')}"):
        return HttpResponseRedirect(f"{ROOT}{name.rstrip('/')}")
    return _markdown(request, name.removesuffix(".md")) if name.endswith(".md") else _page(request, f"{ROOT}{name}")


def _markdown_of(name: str) -> str:
    page = documentation().page(f"{ROOT}{name}")
    if page is None:
        raise Http404
    return page.markdown


_markdown = cached_page(_markdown_of, MARKDOWN)


def _error_as_markdown(code: str) -> str:
    if code not in CODES:
        raise Http404
    info = CODES[code]
    return (
        f"# {code}\n\nStatus {info.status}. {info.meaning}\n\n{info.what_to_do}\n\n"
        f"```json\n{reference.example(code)}\n```\n"
    )


error_as_markdown = cached_page(_error_as_markdown, MARKDOWN)


def _errors_as_markdown() -> str:
    rows = (
        f"| {info.status} | [{code}]({ROOT}errors/{code}.md) | {info.help} |" for code, info in reference.by_status()
    )
    return "\n".join(["# Error codes", "", "| status | code | what to do |", "| --- | --- | --- |", *rows, ""])


errors_as_markdown = cached_page(_errors_as_markdown, MARKDOWN)


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """/llms.txt: where programs that read find the pages as Markdown (llmstxt.org)."""
    lines = ["# CRM Solid", "", f"> {LLMS_SUMMARY}"]
    for group in documentation().groups:
        lines += ["", f"## {'Optional' if group.title == INTERNALS else group.title}", ""]
        for entry in group.entries:
            address = f"{ROOT}errors.md" if entry.address == f"{ROOT}errors/" else entry.address
            address += ".md" if isinstance(entry, Page) else ""
            lines.append(
                f"- [{entry.title}]({request.build_absolute_uri(address)}): {entry.summary}".removesuffix(": ")
            )
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@cached_page
def errors() -> str:
    """All error codes, ordered by status."""
    rows = [(code, info, backticks_to_html(info.what_to_do)) for code, info in reference.by_status()]
    return _html("docs/errors.html", f"{ROOT}errors/", title="Error codes", codes=rows)


@cached_page
def error(code: str) -> str:
    """The page of one error code; the ``type`` of a problem document is its address."""
    if code not in CODES:
        raise Http404
    info = CODES[code]
    words = reference.answered_by_words(code)
    return _html(
        "docs/error.html",
        f"{ROOT}errors/",
        title=code,
        info=info,
        meaning=backticks_to_html(info.meaning),
        what_to_do=backticks_to_html(info.what_to_do),
        example=mark_safe(code_block(reference.example(code), "json", "example")),
        answered_by=[] if words else reference.answered_by(code),
        answered_by_words=backticks_to_html(words),
        guide=reference.guide(code),
    )


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What is found for ``q``: a page, or for the search field, which asks with htmx, the list alone."""
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    if request.headers.get("HX-Request"):
        found = search(query, MAX_SUGGESTED)
        response = render(request, "docs/results.html", {"query": query, "found": found, "is_suggestion": True})
    else:
        title = f"Search: {query}" if query else "Search"
        html = _html("docs/search.html", "", title=title, query=query, found=search(query, MAX_FOUND))
        response = HttpResponse(html)
    patch_vary_headers(response, ["HX-Request"])
    response.headers["Cache-Control"] = "no-cache"
    return response


def not_found(request: HttpRequest) -> HttpResponse:
    """404 in the frame, with what the search finds for the words of the address after the last slash."""
    words = request.path_info.rstrip("/").rpartition("/")[2].partition(".")[0].replace("-", " ")
    html = _html("docs/not_found.html", "", title="There is no such page", found=search(words, MAX_SUGGESTED))
    return HttpResponse(html, status=404)


@cached_page
def _swagger() -> str:
    return render_to_string("docs/swagger.html")


def swagger(request: HttpRequest) -> HttpResponse:
    """The interactive reference (Swagger UI). Everything it loads comes from this server."""
    response = _swagger(request)
    response.headers["Content-Security-Policy"] = SWAGGER_POLICY
    return response


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The front page: redirects to the panel if signed in, and otherwise links to the panel, the docs and the API."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    base = request.build_absolute_uri("/").rstrip("/")
    call = f'export CRMSOLID_KEY=cs_live_…\ncurl {base}/v1/me -H "Authorization: Bearer $CRMSOLID_KEY"\n'
    context = {
        "title": "A CRM for Telegram",
        "call": mark_safe(code_block(call, "sh", "first-call")),
        "sign_up_is_open": settings.SIGN_UP,
        "is_production": settings.PRODUCTION,
    }
    response = render(request, "docs/start.html", context)
    response.headers["Cache-Control"] = "no-cache"  # its contents depend on the host and on who asks
    return response


def backticks_to_html(text: str) -> SafeString:
    """Escaped HTML; text between backticks becomes a ``<code>`` element."""
    plain, *rest = text.split("`")
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return format_html("{}{}", plain, format_html_join("", "<code>{}</code>{}", pairs))


def _html(template: str, address: str, **context: Any) -> str:
    """A page in the frame, without the request: it is the same for everybody. ``address`` is marked in the sidebar."""
    return render_to_string(template, {"groups": documentation().groups, "address": address, **context})
