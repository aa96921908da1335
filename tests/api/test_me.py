from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.cast import Api, Cast


def test_me_describes_the_key_and_its_workspace(api: Api, cast: Cast) -> None:
    answer = api(cast.key()).get("/v1/me")
    assert answer.status_code == 200
    assert answer.json()["workspace"]["slug"] == "acme"
    assert answer.json()["mode"] == "live"
    assert answer.headers["X-RateLimit-Remaining"] == "599"


def test_token_with_a_wrong_checksum_is_refused_without_a_query(
    api: Api, cast: Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    token = cast.key()
    mistyped = token[:-1] + ("a" if token[-1] != "a" else "b")
    with django_assert_num_queries(0):
        assert api(mistyped).get("/v1/me").json()["code"] == "token_invalid"
