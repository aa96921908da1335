"""How many deliveries a pump claims: within each endpoint's window, and within its own totals."""

import time
from dataclasses import replace

import pytest

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundError, OutboundResponse
from webhooks.delivery.in_flight import (
    FIRST_WINDOW,
    LARGEST_WINDOW,
    MAX_CLAIMS,
    MAX_CONNECTIONS,
    MAX_PROBES,
    PROBING_WINDOW,
    InFlight,
    Window,
)
from webhooks.delivery.queue import Claim, EndpointSnapshot
from webhooks.delivery.sender import POSTS_PER_ENDPOINT, STALE_SECONDS, AttemptResult, DeliveryResult
from webhooks.secrets import EndpointSecrets


# --- One endpoint's window ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [(0.0, [20, 80, 250, 250]), (0.2, [20, 80, 250, 250]), (0.4, [20, 80, 125, 125]), (0.5, [20, 80, 100, 100])],
)
def test_window_of_a_fast_endpoint_grows_to_what_it_answers_in_time(seconds: float, sizes: list[int]) -> None:
    window, seen = Window(), []
    assert window.size == FIRST_WINDOW == 5
    for _ in sizes:
        window.record([0.0, seconds], unanswered=False)
        seen.append(window.size)
    assert seen == sizes
    assert LARGEST_WINDOW == 250
    assert max(seen) * seconds / POSTS_PER_ENDPOINT <= STALE_SECONDS / 2


def test_window_shrinks_when_answers_become_slower() -> None:
    window = Window(LARGEST_WINDOW)
    window.record([0.01, 0.4], unanswered=False)
    assert window.size == 125
    window.record([0.01, 2.0], unanswered=False)
    assert window.size == POSTS_PER_ENDPOINT == 20


def test_window_of_a_slow_endpoint_grows_to_its_connections() -> None:
    window = Window()
    for _ in range(10):
        window.record([2.0], unanswered=False)
    assert window.size == POSTS_PER_ENDPOINT


@pytest.mark.parametrize("size", [FIRST_WINDOW, LARGEST_WINDOW])
def test_endpoint_that_does_not_answer_is_probed(size: int) -> None:
    window = Window(size)
    window.record([0.01, 10.0], unanswered=True)
    assert (window.size, window.is_probing) == (PROBING_WINDOW, True)
    window.record([0.1], unanswered=False)
    assert not window.is_probing


def test_no_results_leave_the_window_as_it_is() -> None:
    window = Window()
    window.record([], unanswered=False)
    assert window.size == FIRST_WINDOW


# --- All endpoints --------------------------------------------------------------------------------------------------
def snapshot(name: str, *, failing: bool = False) -> EndpointSnapshot:
    secrets = EndpointSecrets("s", None, None, "", {})
    return EndpointSnapshot(f"whk_{name}", 1, "http://127.0.0.1:9/hook", secrets, clock.now() if failing else None)


def snapshots(count: int) -> list[EndpointSnapshot]:
    return [snapshot(str(number)) for number in range(count)]


def hold(in_flight: InFlight, endpoint: EndpointSnapshot, count: int) -> list[Claim]:
    """Add ``count`` claims of an endpoint."""
    start = len(in_flight)
    claims = [
        Claim(f"dlv_{start + n}", 1, endpoint.id, "evt_1", 0, 0, "", b"{}", "lease", time.monotonic())
        for n in range(count)
    ]
    in_flight.add(claims)
    return claims


def answered(claim: Claim, *, milliseconds: int = 1, error: OutboundError | None = None) -> DeliveryResult:
    response = OutboundResponse(None if error else 200, error, milliseconds)
    return DeliveryResult(claim, [AttemptResult(clock.now(), "http://127.0.0.1:9/hook", {}, "current", response)])


def with_windows(endpoints: list[EndpointSnapshot], size: int) -> InFlight:
    """Nothing held, and each endpoint's window grown to at least ``size`` by fast answers."""
    in_flight = InFlight()
    for endpoint in endpoints:
        while in_flight.capacity([endpoint])[endpoint.id] < size:
            in_flight.release([answered(claim) for claim in hold(in_flight, endpoint, 1)])
    return in_flight


def test_capacity_is_the_window_less_what_is_held() -> None:
    new, failing = snapshot("new"), snapshot("failing", failing=True)
    in_flight = InFlight()
    assert in_flight.capacity([new, failing]) == {new.id: FIRST_WINDOW, failing.id: PROBING_WINDOW}
    hold(in_flight, new, 2)
    assert in_flight.capacity([new, failing]) == {new.id: FIRST_WINDOW - 2, failing.id: PROBING_WINDOW}
    hold(in_flight, new, FIRST_WINDOW - 2)
    hold(in_flight, failing, PROBING_WINDOW)
    assert in_flight.capacity([new, failing]) == {}
    assert len(in_flight) == FIRST_WINDOW + PROBING_WINDOW


def test_total_of_claims_is_limited() -> None:
    ten = snapshots(10)
    capacity = with_windows(ten, LARGEST_WINDOW).capacity(ten)
    assert sorted(capacity.values()) == [LARGEST_WINDOW] * 8
    assert MAX_CLAIMS == 8 * LARGEST_WINDOW


def test_total_of_connections_is_limited() -> None:
    endpoints = snapshots(MAX_CONNECTIONS // POSTS_PER_ENDPOINT + 10)
    capacity = with_windows(endpoints, POSTS_PER_ENDPOINT).capacity(endpoints)
    assert sum(capacity.values()) == MAX_CONNECTIONS == 800
    assert sorted(capacity.values()) == [POSTS_PER_ENDPOINT] * 40


def test_an_endpoint_whose_connections_are_all_used_may_hold_more_claims() -> None:
    endpoints = snapshots(MAX_CONNECTIONS // POSTS_PER_ENDPOINT)
    in_flight = with_windows(endpoints, POSTS_PER_ENDPOINT + 3)
    for endpoint in endpoints:
        hold(in_flight, endpoint, POSTS_PER_ENDPOINT)
    new = snapshot("new")
    capacity = in_flight.capacity([*endpoints, new])
    assert new.id not in capacity
    assert sum(capacity.values()) == MAX_CLAIMS - MAX_CONNECTIONS


def test_unused_connections_are_given_out() -> None:
    endpoints = snapshots(MAX_CONNECTIONS // POSTS_PER_ENDPOINT)
    in_flight = with_windows(endpoints, LARGEST_WINDOW)
    for endpoint in endpoints[1:]:
        hold(in_flight, endpoint, POSTS_PER_ENDPOINT)
    hold(in_flight, endpoints[0], POSTS_PER_ENDPOINT - 2)
    new = snapshot("new")
    assert in_flight.capacity([new]) == {new.id: 2}
    assert in_flight.capacity([endpoints[0]]) == {endpoints[0].id: LARGEST_WINDOW - POSTS_PER_ENDPOINT + 2}


def test_endpoints_that_do_not_answer_share_half_of_the_connections() -> None:
    failing = [snapshot(str(number), failing=True) for number in range(300)]
    in_flight = InFlight()
    capacity = in_flight.capacity(failing)
    assert sum(capacity.values()) == MAX_PROBES == 400
    assert set(capacity.values()) == {PROBING_WINDOW}
    for endpoint in failing:
        in_flight.capacity([endpoint])
        hold(in_flight, endpoint, PROBING_WINDOW)  # more than half: other pumps' results can shrink windows at any time
    new = snapshot("new")
    assert in_flight.capacity([*failing, new]) == {new.id: FIRST_WINDOW}


def test_a_delivery_can_be_claimed_again_while_its_lost_claim_is_in_flight() -> None:
    endpoint, in_flight = snapshot("taken over and given back"), InFlight()
    in_flight.capacity([endpoint])
    [lost] = hold(in_flight, endpoint, 1)
    again = replace(lost, lease="another lease")
    in_flight.add([again])
    assert (len(in_flight), in_flight.leases()) == (2, {"lease", "another lease"})
    in_flight.release([answered(lost)])
    assert (len(in_flight), in_flight.leases()) == (1, {"another lease"})
    in_flight.release([answered(again)])
    assert (len(in_flight), in_flight.leases()) == (0, set())


@pytest.mark.parametrize("error", [None, OutboundError.TIMEOUT])
def test_claims_that_come_back_unposted_or_unanswered_shrink_the_window(error: OutboundError | None) -> None:
    endpoint = snapshot("stalled")
    in_flight = with_windows([endpoint], POSTS_PER_ENDPOINT)
    [claim] = hold(in_flight, endpoint, 1)
    in_flight.release([DeliveryResult(claim, ()) if error is None else answered(claim, error=error)])
    assert in_flight.capacity([endpoint]) == {endpoint.id: PROBING_WINDOW}


def test_a_closed_pump_serves_answering_endpoints_while_an_earlier_claim_is_unanswered() -> None:
    slow, other, failing = snapshot("slow"), snapshot("other"), snapshot("failing", failing=True)
    endpoints = [slow, other, failing]
    in_flight = InFlight()
    in_flight.capacity(endpoints)
    earlier = hold(in_flight, slow, 1)
    in_flight.close()
    time.sleep(0.6)  # longer than an endpoint may take that is still served
    assert in_flight.capacity(endpoints) == {other.id: FIRST_WINDOW}
    hold(in_flight, other, 1)
    in_flight.release([answered(claim) for claim in earlier])
    # A claim from after the closing does not keep the pump going.
    assert in_flight.capacity(endpoints) == {}
    assert len(in_flight) == 1
