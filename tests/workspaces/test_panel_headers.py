"""What every page for browsers has in its headers, and how static files are addressed."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY
from tests.panel import browser
from tests.tenants import Tenants

LOGIN = reverse("account:login")


@pytest.mark.parametrize("path", [LOGIN, "/panel/live/", "/panel/live/contacts/", "/panel/live/nowhere/", "/nowhere"])
def test_pages_allow_scripts_and_styles_of_this_host_alone(tenants: Tenants, path: str) -> None:
    answer = browser(tenants.owner).get(path, follow=True)
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    text = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


def test_pages_are_compressed_for_those_who_can_read_it(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    plain = client.get(reverse("admin:index"))
    packed = client.get(reverse("admin:index"), headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
    assert b"</html>" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2


def test_static_files_are_cached_for_a_year_under_the_hash_of_their_contents(tenants: Tenants) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)', Client().get(LOGIN).content.decode())
    assert len(addresses) >= 3
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer = Client().get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "max-age=31536000, public, immutable")
        answer.close()
        for other in (address.partition("?")[0], f"{address[:-1]}x"):  # of another version of the product, perhaps
            answer = Client().get(other)
            assert (answer.status_code, answer["Cache-Control"]) == (200, "max-age=60, public")
            answer.close()


def test_a_compressed_static_file_that_has_not_changed_is_not_sent_again(tenants: Tenants) -> None:
    [address] = re.findall(r'href="(/static/panel/panel\.css[^"#]*)', Client().get(LOGIN).content.decode())
    packed = Client().get(address, headers={"accept-encoding": "gzip"})
    packed.close()
    assert packed["ETag"].startswith("W/")
    again = Client().get(address, headers={"accept-encoding": "gzip", "if-none-match": packed["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, packed["ETag"])


def test_the_style_sheet_names_each_font_with_the_hash_that_pages_preload() -> None:
    text = Path(finders.find("panel/panel.css") or "").read_text()
    fonts = re.findall(r'url\("(fonts/[^"?]+)\?v=(\w+)"\)', text)
    assert len(fonts) == 3
    for name, digest in fonts:
        assert static(f"panel/{name}").endswith(f"?v={digest}"), name
