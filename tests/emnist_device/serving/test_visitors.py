from __future__ import annotations

from contextlib import ExitStack

import pytest

from emnist_device.serving.visitors import FullError, Places, Throttle, visitor


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("host", "who"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("::1", "::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("", "unknown"),
        ("evil, \xff", "unknown"),
        ("10.0.0.7:80", "unknown"),
    ],
)
def test_who_visits(host: str, who: str) -> None:
    assert visitor(host) == who


def test_one_visitor_cannot_take_all_places() -> None:
    places = Places(total=5, each=3)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(places.take("a"))
        with pytest.raises(FullError), places.take("a"):
            pass
        for _ in range(2):
            held.enter_context(places.take("b"))
        with pytest.raises(FullError), places.take("c"):
            pass
    for who in "aaabb":
        held.enter_context(places.take(who))
    held.close()
    assert not places._taken  # nobody is remembered who has none


def fail(throttle: Throttle, who: str, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        throttle.fail(who, (f"guess {number}",))


def test_wrong_tokens_cost_more_and_more_time_and_others_none() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    fail(throttle, "a", 8)
    assert throttle.wait("a") == 0
    waits = []
    for number in range(8, 18):
        fail(throttle, "a", 1, number)
        waits.append(throttle.wait("a"))
        clock.now += waits[-1]
        assert throttle.wait("a") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    fail(throttle, "a", 1, 18)
    assert throttle.wait("b") == 0


def test_the_same_wrong_token_again_is_no_guess() -> None:
    throttle = Throttle(Clock())
    for _ in range(1000):  # a page that was left open asks with its old cookie
        throttle.fail("a", ("old",))
    assert throttle.wait("a") == 0
    fail(throttle, "a", 7)
    assert throttle.wait("a") == 0
    fail(throttle, "a", 1, 7)
    assert throttle.wait("a") == 1


def test_wrong_tokens_are_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    fail(throttle, "a", 12)
    clock.now += 601
    fail(throttle, "a", 1, 12)
    assert throttle.wait("a") == 0


def test_any_number_of_addresses_is_remembered_in_little_memory() -> None:
    throttle = Throttle(Clock())
    fail(throttle, "first", 20)
    for number in range(1023):
        throttle.fail(f"other {number}", ("x",))
    assert throttle.wait("first") > 0
    assert len(throttle) == 1024
    for number in range(5000):
        throttle.fail(f"more {number}", ("x",))
    assert len(throttle) == 1024


def test_a_million_wrong_tokens_overflow_nothing() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    fail(throttle, "a", 3000)
    assert throttle.wait("a") == 60
