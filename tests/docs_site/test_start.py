"""The front page of an installation."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.tenants import Tenants


def test_stranger_finds_the_panel_the_docs_and_the_reference(client: Client, settings: Any) -> None:
    settings.SIGN_UP = True
    html = client.get("/", headers={"Host": "crm.example.com"}).content.decode()
    for address in ("/panel/login/", "/panel/sign-up/", "/docs/", "/docs/guide/getting-started", "/swagger"):
        assert f'href="{address}"' in html
    assert "curl http://crm.example.com/v1/me" in re.sub(r"<[^>]+>", "", html)


def test_sign_up_is_offered_only_where_it_is_open(client: Client, settings: Any) -> None:
    settings.SIGN_UP = False
    assert "/panel/sign-up/" not in client.get("/").content.decode()


def test_production_does_not_speak_of_make_run(client: Client, settings: Any) -> None:
    assert "make run" in client.get("/").content.decode()
    settings.PRODUCTION = True
    assert "make run" not in client.get("/").content.decode()


def test_page_is_not_kept_for_somebody_else(client: Client) -> None:
    response = client.get("/")
    assert "Cookie" in response.headers["Vary"]
    assert response.headers["Cache-Control"] == "no-cache"
    assert client.post("/").status_code == 405
    assert client.head("/").status_code == 200


@pytest.mark.django_db
def test_who_is_signed_in_is_led_to_the_panel(tenants: Tenants, client: Client) -> None:
    client.force_login(tenants.owner)
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/panel/")
