from tests.cast import Api, Cast


def test_me_answers_what_the_key_is(api: Api, cast: Cast) -> None:
    answer = api(cast.key()).get("/v1/me")
    assert answer.status_code == 200
    assert answer.json()["workspace"]["slug"] == "acme"
    assert answer.json()["mode"] == "live"
    assert answer.headers["X-RateLimit-Remaining"] == "599"


def test_a_mistyped_token_costs_no_query(api: Api, cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    token = cast.key()
    with django_assert_num_queries(0):
        assert api(token[:-1] + ("a" if token[-1] != "a" else "b")).get("/v1/me").json()["code"] == "token_invalid"
