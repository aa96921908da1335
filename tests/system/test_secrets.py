"""No secret is where it must not be.

The whole product runs. A test lets secrets of every kind into it, as people and programs do, then sends them where they
do not belong and makes every part fail that has one in its hands. Afterwards everything that the product has written is
searched: tables, sessions, logs with their tracebacks, Redis, the files of the data folder, metrics and pages.
"""

import base64
import json
import os
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest
import redis
from cryptography.fernet import Fernet
from django.conf import settings
from django.utils import timezone
from psycopg import sql

from crmsolid.workspaces.two_factor import STEP_SECONDS, totp
from tests.migrated import create_migrated_database
from tests.oauth.flow import VERIFIER, challenge
from tests.servers import drop_database, free_port, own_redis
from tests.system.database import Database
from tests.system.planted import MailServer, Planted, change_database, files, redis_content, rows, without_table
from tests.system.telegram_product import PASSWORD as OWNERS_PASSWORD
from tests.system.telegram_product import Installation, Panel, Product
from tests.telegram_server import TelegramServer, forget_cached_config
from tests.telegram_server.state import digits
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.long

PHONE, SECOND = "+15550041", "second@example.com"
KEYS, WEBHOOKS = "/panel/live/apikeys/apikey/", "/panel/live/webhooks/endpoint/"
ACCOUNTS = "/panel/live/messaging/account/"
SETTINGS = ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "CRMSOLID_METRICS_TOKEN", "EMAIL_HOST_PASSWORD", "TELEGRAM_API_HASH"]
# A table that each part needs which has a secret in its hands.
TABLES = [
    *("workspaces_user", "workspaces_auditentry", "workspaces_invitation", "workspaces_twofactor", "django_session"),
    *("apikeys_apikey", "apikeys_idempotencyrecord", "webhooks_endpoint", "workspaces_outgoingemail"),
    *("oauth_authorizationcode", "oauth_accesstoken", "oauth_refreshtoken", "messaging_loginattempt"),
]


def planted_text(kind: str) -> str:
    return f"planted-{kind}-{secrets.token_hex(12)}"


@dataclass
class World:
    """The running product, what surrounds it, and the secrets that were let into it."""

    installation: Installation
    product: Product
    telegram: TelegramServer
    mail: MailServer
    receiver: Receiver
    planted: Planted
    environment: dict[str, str]

    def post(self, path: str, body: str | bytes, **headers: str) -> tuple[int, bytes]:
        """One request without cookies; whatever the status is."""
        data = body.encode() if isinstance(body, str) else body
        address = f"http://127.0.0.1:{self.product.port}{path}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data, names), timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def form(self, path: str, **fields: str) -> tuple[int, Any]:
        status, body = self.post(path, urlencode(fields))
        return status, json.loads(body) if body.startswith(b"{") else body


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    planted, folder = Planted(), tmp_path_factory.mktemp("secrets")
    environment = {
        "SECRET_KEY": planted_text("secret-key") + secrets.token_hex(20),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "CRMSOLID_METRICS_TOKEN": planted_text("metrics"),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_HOST_USER": "mailer",
        "EMAIL_HOST_PASSWORD": planted_text("mail-password"),
        "EMAIL_USE_TLS": "false",
        "LOG_LEVEL": "DEBUG",
        "CRMSOLID_SIGN_UP": "true",
        "TELEGRAM_API_ID": "4711",
        "TELEGRAM_API_HASH": secrets.token_hex(16),
    }
    for name in SETTINGS:
        planted.add(name, environment[name])
    # As it is sent to the mail server, which may repeat it.
    planted.add("EMAIL_HOST_PASSWORD", f"\0{environment['EMAIL_HOST_USER']}\0{environment['EMAIL_HOST_PASSWORD']}")
    planted.add("password of the demo's owner", OWNERS_PASSWORD)
    with (
        TelegramServer({2: 0}) as telegram,
        MailServer() as mail,
        Receiver() as receiver,
        _installation(folder, planted) as installation,
    ):
        environment["EMAIL_PORT"] = str(mail.port)
        forget_cached_config()
        product = Product(installation, telegram, environment)
        try:
            product.start()
            planted.add("API key of the demo", product.token)
            yield World(installation, product, telegram, mail, receiver, planted, environment)
        finally:
            product.close()


@contextmanager
def _installation(folder: Any, planted: Planted) -> Iterator[Installation]:
    """Its database and its Redis have passwords."""
    database, broker, port = planted_text("database"), planted_text("redis"), free_port()
    planted.add("DATABASE_URL", database)
    planted.add("REDIS_URL", broker)
    server, _, _ = settings.DATABASE_URL.rpartition("/")
    owner, name = urlsplit(server).username, f"crmsolid_secrets_{os.getpid()}"
    role, login = sql.Identifier(name), sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
    drop_role = sql.SQL("DROP ROLE IF EXISTS {}").format(role)
    address = f"postgres://{name}:{database}@{server.rpartition('@')[2]}/{name}"
    create_migrated_database(server, name)
    try:
        with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
            connection.execute(drop_role)  # of a run that was killed
            connection.execute(login.format(role, sql.Literal(database), sql.Identifier(str(owner))))
        with own_redis(port):
            with redis.Redis(port=port) as client:
                client.config_set("requirepass", broker)
            with closing(Database(address)) as kept:
                yield Installation(folder, address, f"redis://:{broker}@127.0.0.1:{port}/0", kept)
    finally:
        drop_database(server, name)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(drop_role)


def shown(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, (pattern, text[-3000:])
    return found[1]


# --- How secrets get in -----------------------------------------------------------------------------------------------
def make_keys(world: World, panel: Panel) -> None:
    """An API key made in the panel, and its replacement."""
    panel.get(f"{KEYS}add/")
    once = {name: shown(rf'name="{name}" value="([^"]+)"', panel.text) for name in ("once", "environment")}
    panel.post({**once, "name": "Planted", "scopes": "read:contacts"})
    world.planted.add("API key", shown(r"(cs_live_[0-9a-f]{4}_\w{36})", panel.text))
    ((key_id,),) = world.installation.query("SELECT id FROM apikeys_apikey WHERE name = 'Planted'")
    panel.get(f"{KEYS}{key_id}/")
    once = {"once": shown(r'name="once" value="([^"]+)"', panel.text)}
    panel.post(
        {**once, "overlap": shown(r'(?s)name="overlap".*?<option value="([^"]+)"', panel.text)},
        f"{KEYS}{key_id}/rotate/",
    )
    world.planted.add("rotated API key", shown(r"(cs_live_[0-9a-f]{4}_\w{36})", panel.text))


def make_webhooks(world: World) -> str:
    """Secrets of webhooks: one that is made and one that is chosen. Returns the endpoint's id."""
    hook = {"url": world.receiver.url("/planted"), "events": ["contact.created"]}
    made = world.product.request("POST", "/v1/webhooks", hook)
    world.planted.add("made webhook secret", made["secret"])
    chosen = planted_text("webhook")
    world.planted.add("chosen webhook secret", chosen)
    world.product.request("POST", f"/v1/webhooks/{made['id']}/rotate-secret", {"secret": chosen})
    world.product.request("POST", "/v1/contacts", {"email": "somebody@example.com"})
    wait_until(lambda: world.receiver.to("/planted"), "a webhook is signed and sent")
    return str(made["id"])


def connect_assistant(world: World, panel: Panel) -> dict[str, str]:
    """An OAuth client with its secret, a code, and two pairs of tokens."""
    callback = f"http://127.0.0.1:{world.product.port}/docs/"
    body = {"client_name": "Planted", "redirect_uris": [callback], "token_endpoint_auth_method": "client_secret_post"}
    grants = {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}
    client = json.loads(world.post("/oauth/register/", json.dumps({**body, **grants}))[1])
    world.planted.add("OAuth client secret", client["client_secret"])
    asked = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": callback,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "scope": "read:contacts",
    }
    panel.get(f"/oauth/authorize/?{urlencode(asked)}")
    workspace = shown(r'name="workspace"[^>]*value="(\d+)"', panel.text)
    panel.post({"workspace": workspace, "scopes": "read:contacts"}, f"/oauth/authorize/?{urlencode(asked)}")
    code = parse_qs(panel.query)["code"][0]
    world.planted.add("OAuth code", code)
    identity = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": VERIFIER}
    status, tokens = world.form("/oauth/token/", **identity, **exchange)
    assert status == 200, tokens
    status, more = world.form(
        "/oauth/token/", **identity, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert status == 200, more
    for number, pair in enumerate((tokens, more)):
        world.planted.add(f"OAuth access token {number}", pair["access_token"])
        world.planted.add(f"OAuth refresh token {number}", pair["refresh_token"])
    return {**identity, **exchange, "refresh_token": more["refresh_token"], "access_token": more["access_token"]}


def invite_somebody(world: World, panel: Panel) -> None:
    """An invitation, a password, a second factor, recovery codes, and a link to reset the password."""
    planted = world.planted
    panel.get("/panel/live/members/")
    panel.post({"action": "invite", "email": SECOND, "role": "admin"})
    link = shown(r"(/panel/invitation/link/\?token=[\w-]+)", panel.text)
    planted.add("token of an invitation", link.partition("token=")[2])
    second, password = Panel(world.product, signs_in=False), planted_text("password")
    planted.add("password of a member", password)
    second.get(link)
    second.post({"name": "Second", "password": "short"})
    second.post({"name": "Second", "password": password})
    assert second.at == "/panel/live/", second.text
    codes = turn_on_two_factors(world, second, password)
    second.get("/panel/profile/")
    second.post({}, "/panel/logout/")
    second.get("/panel/login/")
    second.post({"username": SECOND, "password": password, "next": "/panel/"})
    second.post({"code": "AAAA-BBBB-CCCC-DDDD"})
    second.post({"code": codes[0]})
    assert second.at == "/panel/live/", second.text
    reset_password(world)


def turn_on_two_factors(world: World, panel: Panel, password: str) -> list[str]:
    panel.get("/panel/two-factor/")
    secret = shown(r"<code>([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})</code>", panel.text).replace(" ", "")
    raw = base64.b32decode(secret)
    for spelled in (secret, raw):
        world.planted.add("secret of a second factor", spelled)
    panel.post({"code": "000000", "password": password})
    panel.post({"code": totp(raw, int(timezone.now().timestamp()) // STEP_SECONDS), "password": password})
    codes = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", panel.text)
    assert len(codes) == 10, panel.text
    for number, code in enumerate(codes):
        for spelled in (code, code.replace("-", "")):
            world.planted.add(f"recovery code {number}", spelled)
    return codes


def reset_password(world: World) -> None:
    """Follow the link in the e-mail, and choose a password at the second attempt."""
    visitor, password = Panel(world.product, signs_in=False), planted_text("new-password")
    world.planted.add("new password", password)
    visitor.get("/panel/password-reset/")
    visitor.post({"email": SECOND})
    link = wait_until(lambda: world.mail.link("/panel/password-reset/link/"), "the link is e-mailed")
    world.planted.add("token of a link to reset a password", parse_qs(link.partition("?")[2])["token"][0])
    visitor.get(link)
    visitor.post({"new_password1": password, "new_password2": f"{password}x"})
    visitor.post({"new_password1": password, "new_password2": password})
    assert visitor.at == "/panel/login/", visitor.text


def connect_telegram(world: World, panel: Panel) -> None:
    """A Telegram account with a password of its own; its session is in the database, encrypted."""
    password = planted_text("telegram")
    world.planted.add("Telegram password", password)
    world.telegram.create_user(PHONE, first_name="Planted", password=password)
    panel.get(f"{ACCOUNTS}add/")
    panel.post({"phone": PHONE})
    panel.post({"code": "99999"})
    world.planted.add("Telegram hash of a code", world.telegram.state.login_codes[digits(PHONE)].phone_code_hash)
    panel.post({"code": world.telegram.login_code(PHONE)})
    panel.post({"password": f"{password}-wrong"})
    panel.post({"password": password})
    assert panel.at.endswith("/connected/"), panel.text
    assert world.installation.query("SELECT count(*) FROM messaging_telegramsession") == [(1,)]
    for authorization in world.telegram.state.authorizations.values():
        world.planted.add("Telegram session", authorization.auth_key.key)


# --- Errors -----------------------------------------------------------------------------------------------------------
def provoke(world: World, panel: Panel, oauth: dict[str, str], endpoint: str) -> list[int]:
    """Send the secrets once more, to where they belong and where they do not. Returns the statuses."""
    planted, statuses = world.planted, []
    token = world.product.token
    bearer = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}
    secret = next(iter(sorted(planted.spellings["chosen webhook secret"], key=len)))

    def rest(path: str, body: str) -> None:
        statuses.append(world.post(path, body, **bearer, Idempotency_Key=secrets.token_hex(8))[0])

    rest("/v1/webhooks", json.dumps({"url": world.receiver.url(), "events": ["contact.created"], "secret": secret}))
    rest("/v1/webhooks", json.dumps({"url": secret, "events": [secret], "token": token, secret: token}))
    rest(f"/v1/webhooks/{endpoint}/rotate-secret", json.dumps({"secret": f"{secret} with a space"}))
    rest(f"/v1/webhooks/{token}/rotate-secret", "{}")
    rest("/v1/contacts", f'{{"email": "{token}", "name": ')
    rest("/v1/contacts", json.dumps({"email": token, "password": OWNERS_PASSWORD}))
    rest("/mcp", json.dumps({"jsonrpc": "2.0", "id": 1, "method": token, "params": {"name": secret}}))
    for wrong in (token[:-1], f"{token} {token}", oauth["access_token"], f"{token}\x7f"):
        statuses.append(world.post("/v1/contacts", "{}", Authorization=f"Bearer {wrong}")[0])
        statuses.append(world.post("/mcp", "{}", Authorization=f"Bearer {wrong}")[0])
    statuses += [world.form("/oauth/token/", **oauth)[0], world.form("/oauth/revoke/", **oauth)[0]]
    for grant in ("refresh_token", "password", secret):
        statuses.append(world.form("/oauth/token/", **{**oauth, "grant_type": grant, "code": "x"})[0])
    statuses += [post_form(panel, *each) for each in _forms(world, secret)]
    return statuses


def _forms(world: World, secret: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Page, address and fields of forms of the panel."""
    changes = {"old_password": OWNERS_PASSWORD, "new_password1": secret, "new_password2": "x"}
    yield "/panel/password_change/", "", changes
    yield "/panel/two-factor/", "", {"code": "123456", "password": OWNERS_PASSWORD}
    yield f"{WEBHOOKS}add/", "", {"url": "no address", "secret": secret}
    yield f"{KEYS}add/", "", {"name": secret * 20, "environment": secret}
    yield f"{ACCOUNTS}add/", "", {"phone": secret}
    yield "/panel/live/contacts/new/", "", {"email": world.product.token}
    yield "/panel/live/members/", "", {"action": "invite", "email": secret, "role": secret}


def post_form(panel: Panel, page: str, address: str, fields: dict[str, str]) -> int:
    """The status of the page, or of its form."""
    try:
        panel.get(page)
        panel.post(fields, address)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return 200


def sign_in_wrongly(world: World) -> None:
    """Passwords and links of strangers, while the table that they need is not there."""
    visitor = Panel(world.product, signs_in=False)
    forms: list[tuple[str, dict[str, str]]] = [
        ("/panel/login/", {"username": "owner@example.com", "password": OWNERS_PASSWORD}),
        ("/panel/sign-up/", {"email": OWNERS_PASSWORD, "password": OWNERS_PASSWORD, "workspace": "Planted"}),
    ]
    for page, fields in forms:
        post_form(visitor, page, "", fields)
    for name, path in (
        ("token of an invitation", "/panel/invitation/link/?token="),
        ("token of a link to reset a password", "/panel/password-reset/link/?uid=MQ&token="),
    ):
        for spelled in world.planted.spellings[name]:
            with pytest.raises(urllib.error.HTTPError) as refused:
                visitor.get(f"{path}{spelled}")
            refused.value.close()


def break_redis(world: World, act: Callable[[], object]) -> None:
    """Redis refuses the password meanwhile."""
    password = urlsplit(world.installation.redis).password or ""
    client: Any = redis.Redis.from_url(world.installation.redis)  # some of its methods have no types
    try:
        client.config_set("requirepass", "another")
        client.execute_command("CLIENT", "KILL", "TYPE", "normal")  # others that are connected stay so otherwise
        act()
    finally:
        client.config_set("requirepass", password)
        client.close()


def break_mail(world: World) -> None:
    """The mail server refuses the password, and says which."""
    world.mail.fails, before = True, world.mail.logins
    post_form(Panel(world.product, signs_in=False), "/panel/password-reset/", "", {"email": "owner@example.com"})
    wait_until(lambda: world.mail.logins > before, "the mail server is asked")
    world.mail.fails = False
    change_database(world.installation, "DELETE FROM workspaces_outgoingemail")


# --- What may be seen -------------------------------------------------------------------------------------------------
def crawl(panel: Panel, at_most: int = 150) -> dict[str, str]:
    """The pages that links lead to from the home page, by their address."""
    found: dict[str, str] = {}
    waiting = ["/panel/live/", *(f"/panel/live/{page}/" for page in ("members", "workspace", "plan"))]
    while waiting and len(found) < at_most:
        address = waiting.pop(0)
        if address in found:
            continue
        try:
            found[address] = panel.get(address)
        except urllib.error.HTTPError as error:
            with error:
                found[address] = error.read().decode("latin-1")
        links = re.findall(r'href="(/panel/live/[^"#?]+)"', found[address])
        waiting += [link for link in links if not link.endswith((".csv", "/export/", "/data/"))]
    return found


def answers(world: World) -> dict[str, str]:
    """What REST and the pages for monitoring say."""
    paths = ("me", "webhooks", "events", "accounts", "contacts", "messages", "threads", "jobs/none")
    found = {}
    for path in [*(f"/v1/{each}" for each in paths), "/readyz", "/healthz", "/metrics", "/openapi.json"]:
        token = world.environment["CRMSOLID_METRICS_TOKEN"] if path == "/metrics" else world.product.token
        address, headers = f"http://127.0.0.1:{world.product.port}{path}", {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(address, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found[path] = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                found[path] = error.read().decode()
    assert "crmsolid_requests_total" in found["/metrics"]
    return found


def test_secrets_are_written_nowhere(world: World) -> None:
    panel = Panel(world.product)
    make_keys(world, panel)
    endpoint = make_webhooks(world)
    oauth = connect_assistant(world, panel)
    invite_somebody(world, panel)
    connect_telegram(world, panel)
    panel = Panel(world.product)
    statuses = provoke(world, panel, oauth, endpoint)
    assert 500 not in statuses and set(statuses) & {400, 401, 422}
    failed = 0
    for table in TABLES:
        with without_table(world.installation, table):
            statuses = provoke(world, panel, oauth, endpoint)
            failed += bool({500, 503} & set(statuses))
    assert failed >= len(TABLES) - 3, "too few tables were needed"
    sign_in_wrongly(world)
    break_mail(world)
    break_redis(world, lambda: provoke(world, panel, oauth, endpoint))
    pages = {**crawl(Panel(world.product)), **answers(world)}
    assert len(pages) > 40
    in_redis = list(redis_content(world.installation.redis))
    assert in_redis
    world.product.stop()
    hits = {
        *_hits(world, "table", rows(world.installation, world.environment["SECRET_KEY"])),
        *_hits(world, "Redis", in_redis),
        *_hits(world, "page", pages.items()),
        *_hits(world, "file", files(world.installation.folder / "data")),
        *_hits(world, "log", [("log", world.product.log())]),
    }
    assert sorted(hits) == []
    assert world.product.log().count('"traceback"') > 10  # errors were logged in full


def _hits(world: World, kind: str, places: Any) -> Iterator[str]:
    """A line for each secret in each place."""
    for place, content in places:
        for name in world.planted.found_in(content):
            yield f"{kind} {place}: {name}"


def test_search_finds_what_is_there() -> None:
    """Otherwise the test above could pass because it looks wrongly."""
    planted = Planted()
    planted.add("a", "planted secret/1")
    packed = (b"planted secret/1".hex(), "cGxhbnRlZCBzZWNyZXQvMQ")
    for text in ("x planted secret/1 y", "?token=planted%20secret%2F1", *packed):
        assert planted.found_in(text) == {"a"}
    assert planted.found_in("planted secret/2") == set()
