"""Publishing to brokers that know MQTT 3.1.1 and not 5.0, or neither."""

from __future__ import annotations

import json

import pytest

from emnist_device.live.outputs import mqtt as mqtt_module
from emnist_device.live.outputs.broker import Broker
from emnist_device.live.outputs.mqtt import Publisher
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import Words, moment
from tests.emnist_device.live.outputs.old_broker import Manner, OldBroker

TEXTS = ["ROOM 47", "BOX 2906", "ROOM 47"]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time enough to part on a busy machine."""
    monkeypatch.setattr(mqtt_module, "_PARTING", 30.0)
    monkeypatch.setattr(mqtt_module, "_GOODBYE", 30.0)


def texts(broker: OldBroker) -> list[str]:
    return [json.loads(content)["text"] for topic, content, _ in broker.arrived if topic == "lab"]


def states(broker: OldBroker) -> list[tuple[str, bool]]:
    return [(content, kept) for topic, content, kept in broker.arrived if topic == "lab/status"]


@pytest.mark.parametrize("manner", ["3.1.1", "5.0", "silent"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_texts_reach_a_broker_of_3_1_1(manner: Manner, qos: int) -> None:
    broker, words = OldBroker(manner), Words()
    publisher = Publisher(Broker("127.0.0.1", broker.port, "lab", qos=qos), words)
    for number, text in enumerate(TEXTS):
        publisher.show(moment(number, text))
    publisher.close()
    broker.wait_for(lambda each: len(states(each)) == 2)
    broker.stop()
    assert texts(broker) == TEXTS
    assert states(broker) == [("online", True), ("offline", True)]
    assert broker.versions == [5, 4]
    assert words == []


def test_a_text_whose_connection_is_lost_is_sent_again() -> None:
    broker, words = OldBroker("3.1.1", drops=1), Words()
    publisher = Publisher(Broker("127.0.0.1", broker.port, "lab"), words)
    for number, text in enumerate(TEXTS):
        publisher.show(moment(number, text))
    publisher.close()
    broker.stop()
    assert texts(broker) == TEXTS
    place = f"mqtt: 127.0.0.1:{broker.port}"
    assert words == [f"{place}: connection lost; trying again", f"{place}: is back"]


@pytest.mark.parametrize("manner", ["3.1.1", "silent"])
def test_a_broker_that_refuses_all_is_said_once_and_loses_the_texts(
    manner: Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_module, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(mqtt_module, "_PARTING", 0.0)
    broker, words = OldBroker(manner, refuses=(3, 4, 5)), Words()
    publisher = Publisher(Broker("127.0.0.1", broker.port, "lab"), words)
    publisher.show(moment(0, "ROOM 47"))
    broker.wait_for(lambda each: each.versions.count(5) >= 3)
    with pytest.raises(OutputError, match=r"mqtt: 127\.0\.0\.1:\d+: 1 text did not get through"):
        publisher.close()
    broker.stop()
    (said,) = words
    assert said.endswith("; trying again")
    assert "refuses us (" in said or "ends the connection" in said
