"""How many claims a pump takes into its hands: bounded in all, and bounded in sockets."""

import time

from webhooks.delivery.in_flight import HELD_IN_ALL, MAX_PROBES, PLACES_IN_ALL, Holding
from webhooks.delivery.queue import Claim, Target
from webhooks.delivery.sender import Outcome
from webhooks.delivery.window import FIRST_WINDOW, LARGEST_WINDOW, POSTS_PER_ENDPOINT, PROBING_WINDOW, Pace
from webhooks.secrets import EndpointSecrets


def targets(count: int) -> list[Target]:
    return [
        Target(f"whk_{n}", 1, "http://127.0.0.1:9/hook", EndpointSecrets("s", None, None, ""), None)
        for n in range(count)
    ]


def holding(of: list[Target], window: int) -> Holding:
    found = Holding()
    found._paces.update((target.id, Pace(window)) for target in of)
    return found


def hold(by: Holding, target: Target, count: int) -> list[Claim]:
    claims = [Claim(f"{target.id}_{n}", 1, target.id, "evt_1", 0, 0, b"{}", "lease") for n in range(count)]
    by.add(target.id, claims)
    return claims


def test_claims_ahead_of_their_places_take_no_socket() -> None:
    ten = targets(10)
    by = holding(ten, LARGEST_WINDOW)
    assert sorted(by.rooms(ten, {}).values()) == [0, 0, *[LARGEST_WINDOW] * 8]
    assert HELD_IN_ALL == 8 * LARGEST_WINDOW


def test_endpoints_share_the_sockets() -> None:
    many = targets(PLACES_IN_ALL // POSTS_PER_ENDPOINT + 10)
    rooms = holding(many, POSTS_PER_ENDPOINT).rooms(many, {})
    assert sum(rooms.values()) == PLACES_IN_ALL == 800
    assert sorted(rooms.values()) == [0] * 10 + [POSTS_PER_ENDPOINT] * 40


def test_without_a_free_socket_only_who_has_its_own_gets_more() -> None:
    many = targets(PLACES_IN_ALL // POSTS_PER_ENDPOINT)
    new = Target("whk_new", 1, "http://127.0.0.1:9/hook", EndpointSecrets("s", None, None, ""), None)
    by = holding(many, POSTS_PER_ENDPOINT + 3)
    for target in many:
        hold(by, target, POSTS_PER_ENDPOINT)
    assert by.rooms([*many, new], {}) == {**{target.id: 3 for target in many}, new.id: 0}
    assert by.rooms([new], {many[0].id: 3}) == {new.id: 0}
    assert by.rooms([new], {}) == {new.id: 0}


def test_a_few_free_sockets_are_filled_and_no_more() -> None:
    many = targets(PLACES_IN_ALL // POSTS_PER_ENDPOINT)
    by = holding(many, LARGEST_WINDOW)
    for target in many[1:]:
        hold(by, target, POSTS_PER_ENDPOINT)
    hold(by, many[0], POSTS_PER_ENDPOINT - 2)
    other = Target("whk_new", 1, "http://127.0.0.1:9/hook", EndpointSecrets("s", None, None, ""), None)
    assert by.rooms([other], {}) == {other.id: 2}
    assert by.rooms([many[0]], {}) == {many[0].id: LARGEST_WINDOW - POSTS_PER_ENDPOINT + 2}


def test_who_does_not_answer_shares_half_of_the_sockets() -> None:
    many = targets(300)
    rooms = holding(many, PROBING_WINDOW).rooms(many, {})
    assert sum(rooms.values()) == MAX_PROBES == 400
    assert set(rooms.values()) == {PROBING_WINDOW}
    by = holding(many, PROBING_WINDOW)
    for target in many:
        hold(by, target, PROBING_WINDOW)  # more than their half: they had other windows when they were taken
    fresh = Target("whk_new", 1, "http://127.0.0.1:9/hook", EndpointSecrets("s", None, None, ""), None)
    assert by.rooms([*many, fresh], {}) == {fresh.id: FIRST_WINDOW}


def test_after_its_time_a_pump_serves_the_others_as_long_as_its_earlier_claims_last() -> None:
    slow, other, silent = three = targets(3)
    by = holding(three, POSTS_PER_ENDPOINT)
    by._paces[silent.id] = Pace(PROBING_WINDOW)
    earlier = hold(by, slow, 1)
    by._held[slow.id] = dict.fromkeys(by._held[slow.id], time.monotonic() - 1)
    by.close()
    assert by.rooms(three, {}) == {other.id: POSTS_PER_ENDPOINT}
    hold(by, other, 1)
    by._held[other.id] = dict.fromkeys(by._held[other.id], time.monotonic())
    by.release([Outcome(claim, ()) for claim in earlier])
    by._paces[slow.id] = Pace(POSTS_PER_ENDPOINT)
    time.sleep(0.6)  # now the other one keeps us waiting; it must not keep the first one going
    assert len(by) == 1 and by.rooms(three, {}) == {}
