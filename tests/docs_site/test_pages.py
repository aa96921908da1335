"""The pages at /docs/. Without the mark ``django_db`` a query fails, so the pages that are asked for make none."""

import re
from fnmatch import fnmatch
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from crmsolid.core.errors import CODES
from crmsolid.docs import pages, views
from crmsolid.docs.pages import address_of, documentation

ROOT = Path(settings.BASE_DIR)
FILES = pages.files()
ADDRESSES = ["/docs/", "/docs/errors/", *map(address_of, FILES)]
# Pages of other parts of the product, which may ask the database for the session.
ELSEWHERE = {"/panel/", "/panel/login/"}


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def test_every_markdown_file_is_in_one_group() -> None:
    written = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md")}
    assert written - set(FILES) == set(), "add it to crmsolid/docs/pages.py"
    assert [file for file in FILES if not (ROOT / file).is_file()] == [], "take it out of crmsolid/docs/pages.py"
    assert len(FILES) == len(set(FILES))
    assert len({address_of(file) for file in FILES}) == len(FILES)


def test_image_has_the_pages_and_their_pictures() -> None:
    """.dockerignore names what is left out of the image."""
    patterns = (ROOT / ".dockerignore").read_text().split()
    needed = [*FILES, "docs/img/home.png"]
    left_out = [
        name for name in needed for part in (name, *Path(name).parts) if any(fnmatch(part, p) for p in patterns)
    ]
    assert left_out == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_answers_and_none_of_its_links_is_dead(client: Client, address: str) -> None:
    html = html_of(client, address)
    assert html.count("<h1") == 1
    assert f'href="{address}" aria-current="page"' in html or address == "/docs/"
    others = {"": ids(html)}
    for link in {unescape(each) for each in re.findall(r'<a [^>]*href="([^"]+)"', html)}:
        parts = urlsplit(urljoin(address, link))
        if parts.netloc or parts.path in ELSEWHERE:
            continue
        path = "" if parts.path == address else parts.path
        others[path] = others.get(path) or ids(html_of(client, path))
        anchor = "" if path == "/swagger" else parts.fragment  # Swagger UI makes its own
        assert not anchor or anchor in others[path], link


@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_a_page_loads_comes_from_this_server(client: Client, address: str) -> None:
    response = client.get(address)
    html = response.content.decode()
    assert "style-src 'self';" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)
    loaded = re.findall(r'<(?:script|img)[^>]* src="([^"]+)"|<link[^>]* href="([^"]+)"', html)
    for url in filter(None, (part for pair in loaded for part in pair)):
        assert re.match(r"/static/[\w./-]+\?v=\w{12}$", url), url


@pytest.mark.django_db  # closing a file's response looks at the connections
def test_pictures_are_served_and_may_be_kept_for_a_year(client: Client) -> None:
    [picture, *_] = re.findall(r'<img src="([^"]+)"', html_of(client, "/docs/panel"))
    response = client.get(picture)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in response.headers["Cache-Control"]
    response.close()


def test_page_is_revalidated_by_its_etag(client: Client) -> None:
    first = client.get("/docs/running")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    second = client.get("/docs/running", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert client.get("/docs/panel", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_head_has_the_headers_without_the_body(client: Client) -> None:
    page, head = client.get("/docs/running"), client.head("/docs/running")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == page.headers["ETag"]
    assert client.post("/docs/running").status_code == 405


def test_address_of_a_page_with_a_slash_leads_to_it(client: Client) -> None:
    assert client.get("/docs/running/").headers["Location"] == "/docs/running"


@pytest.mark.parametrize("file", FILES)
def test_every_page_is_markdown_at_its_address_with_md(client: Client, file: str) -> None:
    response = client.get(f"{address_of(file)}.md")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    text = response.content.decode()
    assert text.splitlines()[0] == (ROOT / file).read_text().splitlines()[0]
    links = [each.partition("#")[0] for each in re.findall(r"\]\((/docs/[^)]*)\)", text)]
    assert {client.get(link).status_code for link in set(links)} <= {200}
    assert client.get(f"{address_of(file)}.md", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_error_codes_are_markdown_too(client: Client) -> None:
    codes = re.findall(r"\((/docs/errors/[\w-]+\.md)\)", client.get("/docs/errors.md").content.decode())
    assert len(codes) == len(CODES)
    for code in codes:
        text = client.get(code).content.decode()
        assert text.startswith(f"# {code.removeprefix('/docs/errors/').removesuffix('.md')}\n") and "```json" in text
    for path in ("/docs/errors/nothing.md", "/docs/nothing.md"):
        assert client.get(path).status_code == 404


def test_llms_txt_lists_every_page_as_markdown(client: Client) -> None:
    response = client.get("/llms.txt", headers={"host": "127.0.0.1:8000"})
    text = response.content.decode()
    assert text.startswith("# CRM Solid\n\n> ") and response.headers["Content-Type"] == "text/plain; charset=utf-8"
    links = re.findall(r"^- \[[^\]]+\]\(http://127\.0\.0\.1:8000(/[^)]+)\)(?:: \S.*)?$", text, re.M)
    assert {f"{address_of(file)}.md" for file in FILES} < set(links)
    assert {client.get(link).status_code for link in links} == {200}


def test_docs_without_a_slash_leads_to_the_overview(client: Client) -> None:
    assert client.get("/docs").headers["Location"] == "/docs/"


@pytest.mark.parametrize("path", ["/docs/nothing", "/docs/errors/nothing", "/docs/../README.md", "/docs/img/home.png"])
def test_unknown_page_is_a_404_with_the_search(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert 'action="/docs/search"' in response.content.decode()


def test_unknown_page_shows_what_has_the_words_of_its_address(client: Client) -> None:
    first = re.compile(r'<ol class="docs-results">\s*<li><a href="([^"]+)"')
    for address in ("/docs/guide/imports.html", "/docs/reference/guide/imports/"):
        found = first.search(client.get(address).content.decode())
        assert found is not None
        assert found[1] == "/docs/imports"


def test_files_are_read_again_with_debug_only(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Before\n")
    monkeypatch.setattr("crmsolid.docs.pages._path", lambda file: page)

    def titles() -> set[str]:
        return {each.title for each in documentation().pages()}

    assert titles() != {"Before"}  # made before, from the files of the repository
    settings.DEBUG = True
    assert titles() == {"Before"}
    page.write_text("# After\n")
    assert titles() == {"After"}


def test_overview_shows_the_first_sentence_of_each_page(client: Client) -> None:
    html = html_of(client, "/docs/")
    assert "<strong>Changelog</strong><span>Within v1 of the API, changes only add.</span>" in html


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("/swagger/", "/swagger"),
        ("/openapi.json/", "/openapi.json"),
        ("/docs/search/?q=send", "/docs/search?q=send"),
        ("/docs/errors", "/docs/errors/"),
        ("/docs/errors/not_found/", "/docs/errors/not_found"),
    ],
)
def test_a_slash_too_many_or_too_few_leads_to_the_page(client: Client, typed: str, address: str) -> None:
    response = client.get(typed, follow=True)
    assert (response.redirect_chain, response.status_code) == ([(address, 302)], 200)


@pytest.mark.django_db
def test_swagger_has_a_way_back_to_the_docs(client: Client) -> None:
    html = html_of(client, "/swagger")
    urls = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"|data-document="([^"]+)"', html)
    loaded = [url for pair in urls for url in pair if url]
    assert len(loaded) == 6
    for url in loaded:
        assert url.startswith("/") and not url.startswith("//")
        asset = client.get(url)
        assert asset.status_code == 200, url
        asset.close()
    assert '<a href="/docs/">' in html
    assert "script-src 'self';" in views.SWAGGER_POLICY
    assert client.get("/swagger").headers["Content-Security-Policy"] == views.SWAGGER_POLICY
    assert not re.search(r"<script(?![^>]*src=)", html)
