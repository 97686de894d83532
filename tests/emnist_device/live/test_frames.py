from __future__ import annotations

import threading
import time

from emnist_device.live.frames import Frame, Mailbox
from tests.emnist_device.live.conftest import picture


def frame(number: int) -> Frame:
    return Frame(number, picture(), number / 30, time.monotonic())


def test_the_newest_frame_is_taken_and_the_others_are_counted() -> None:
    mailbox = Mailbox()
    for number in range(4):
        mailbox.put(frame(number))
    taken = mailbox.take(0)
    assert taken is not None
    assert taken.number == 3
    assert mailbox.dropped == 3
    assert mailbox.take(0.01) is None


def test_a_frame_that_is_handed_over_waits_for_the_one_before() -> None:
    mailbox = Mailbox()

    def give() -> None:
        for number in range(20):
            mailbox.hand(frame(number))

    giver = threading.Thread(target=give)
    giver.start()
    numbers = []
    for _ in range(20):
        taken = mailbox.take(60)
        assert taken is not None
        numbers.append(taken.number)
    giver.join(60)
    assert numbers == list(range(20))
    assert mailbox.dropped == 0


def test_closing_lets_everybody_go_and_leaves_the_last_frame() -> None:
    mailbox = Mailbox()
    mailbox.put(frame(0))
    giver = threading.Thread(target=lambda: mailbox.hand(frame(1)))
    giver.start()
    mailbox.close()
    giver.join(60)
    assert not giver.is_alive()
    assert not mailbox.ended
    taken = mailbox.take(0)
    assert taken is not None
    assert taken.number == 0
    taker = threading.Thread(target=lambda: mailbox.take(600), daemon=True)
    taker.start()
    taker.join(60)
    assert not taker.is_alive()  # it did not wait for what cannot come
    assert mailbox.ended
