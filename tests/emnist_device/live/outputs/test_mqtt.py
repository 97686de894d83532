"""Publishing to a real mosquitto on loopback."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from emnist_device.forms.reading.result import FieldReading, SheetReading
from emnist_device.live.outputs import mqtt as mqtt_module
from emnist_device.live.outputs.broker import Broker
from emnist_device.live.outputs.mqtt import Publisher
from emnist_device.live.sheets import SettledSheet
from emnist_edge import packages
from emnist_edge.cli.main import cli
from emnist_edge.errors import OutputError, RuntimeMissingError
from tests.emnist_device.live.conftest import LINES, Words, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Debian puts it where only root's PATH looks.
MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not at hand")


class Mosquitto:
    """A broker that keeps its sessions when it is restarted."""

    def __init__(self, folder: Path, *, anonymous: bool = True) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\n"
            f"persistence true\npersistence_location {folder}/\nuser root\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def allow(self, rights: Path) -> None:
        """Go by a list of rights."""
        with self._settings.open("a") as settings:
            settings.write(f"acl_file {rights}\n")

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self._settings)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert time.monotonic() < deadline, "mosquitto does not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


class Listener:
    """Subscribes to everything and keeps what arrives, through restarts of the broker."""

    def __init__(self, port: int) -> None:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.arrived: list[tuple[str, str]] = []
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False
        )
        self._client.on_message = self._keep
        self._client.reconnect_delay_set(1, 1)
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("lab/#", qos=2)
        assert subscribed.wait(30)

    def _keep(self, *arguments: Any) -> None:
        message = arguments[2]
        self.arrived.append((message.topic, message.payload.decode()))

    @property
    def texts(self) -> list[str]:
        return [
            json.loads(content)["text"] for topic, content in self.arrived if topic == "lab/door"
        ]

    @property
    def states(self) -> list[str]:
        return [content for topic, content in self.arrived if topic == "lab/door/status"]

    def wait_for(self, count: int) -> None:
        self._wait(lambda: len(self.texts) >= count)

    def wait_for_state(self, state: str) -> None:
        self._wait(lambda: state in self.states)

    def _wait(self, question: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not question():
            assert time.monotonic() < deadline, f"waited in vain: {self.arrived}"
            time.sleep(0.02)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def listener(mosquitto: Mosquitto) -> Iterator[Listener]:
    listener = Listener(mosquitto.port)
    yield listener
    listener.close()


@needs_mosquitto
def test_each_settled_text_arrives_once_and_the_status_is_kept(
    mosquitto: Mosquitto, listener: Listener
) -> None:
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab/door"), words)
    for number, text in enumerate(("ROOM 47", "BOX 2906", "ROOM 47")):
        publisher.show(moment(number, text))
    publisher.show(moment(9))
    publisher.close()
    listener.wait_for(3)
    listener.wait_for_state("offline")
    assert listener.texts == ["ROOM 47", "BOX 2906", "ROOM 47"]
    assert listener.states == ["online", "offline"]
    value = json.loads(next(content for topic, content in listener.arrived if topic == "lab/door"))
    assert list(value) == ["text", "at", "time", "confidence", "track", "box", "words"]
    assert words == []


@needs_mosquitto
def test_a_sheet_arrives_with_all_of_its_fields(mosquitto: Mosquitto, listener: Listener) -> None:
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab/door"), Words())
    field = FieldReading("number", "4711", "4711", 0.9999)
    sheet = SheetReading("exam", 1, 3, None, (field,), 0, 1.0, 0.1, 7.9, "small-int8")
    publisher.show(replace(moment(0), settled=(SettledSheet(sheet, 2.5),)))
    publisher.close()
    listener.wait_for(1)
    assert listener.texts == ["exam, page 1, copy 3: number 4711"]
    value = json.loads(next(content for topic, content in listener.arrived if topic == "lab/door"))
    assert list(value) == ["text", "at", "time", "sheet"]
    assert value["sheet"]["fields"]["number"]["accepted"] is True


@needs_mosquitto
def test_the_command_publishes_each_text_of_a_video_once(
    mosquitto: Mosquitto, listener: Listener, video: Path
) -> None:
    broker = f"mqtt://127.0.0.1:{mosquitto.port}/lab/door"
    result = CliRunner().invoke(cli, ["live", "--every-frame", "--mqtt", broker, str(video)])
    assert (result.exit_code, result.stderr) == (0, "")
    listener.wait_for(2)
    assert listener.texts == LINES


@needs_mosquitto
def test_a_restart_of_the_broker_is_survived(mosquitto: Mosquitto, listener: Listener) -> None:
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab/door"), words)
    publisher.show(moment(0, "BEFORE"))
    listener.wait_for(1)
    mosquitto.stop()
    words.wait_for("connection lost; trying again")
    meanwhile = [f"MEANWHILE {number}" for number in range(30)]
    for text in meanwhile:
        publisher.show(moment(1, text))
    mosquitto.start()
    words.wait_for("is back")
    publisher.show(moment(2, "AFTER"))
    listener.wait_for(32)
    publisher.close()
    time.sleep(0.2)
    assert listener.texts == ["BEFORE", *meanwhile, "AFTER"]
    assert len(words) == 2


@needs_mosquitto
def test_a_broker_that_comes_later_gets_what_it_missed(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab/door", qos=1), words)
    publisher.show(moment(0, "EARLY"))
    words.wait_for("cannot be reached (Connection refused); trying again")
    mosquitto.start()
    listener = Listener(mosquitto.port)
    listener.wait_for(1)
    assert listener.texts == ["EARLY"]
    publisher.close()
    listener.close()
    mosquitto.stop()


@pytest.mark.parametrize(("count", "lost"), [(1, "1 text"), (3, "3 texts"), (9, "9 texts")])
def test_what_did_not_get_through_in_the_end_is_said(
    monkeypatch: pytest.MonkeyPatch, count: int, lost: str
) -> None:
    monkeypatch.setattr(mqtt_module, "_PARTING", 0.2)
    monkeypatch.setattr(mqtt_module, "_QUEUED", 4)
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", 1, "lab/door"), words)
    for number in range(count):
        publisher.show(moment(number, "ROOM"))
    words.wait_for("mqtt: 127.0.0.1:1: cannot be reached (Connection refused); trying again")
    with pytest.raises(OutputError, match=f"^mqtt: 127.0.0.1:1: {lost} did not get through$"):
        publisher.close()
    assert len(words) == (2 if count > 4 else 1)


def test_without_a_text_a_broker_that_is_away_is_no_failure() -> None:
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", 1, "lab/door"), words)
    words.wait_for("cannot be reached")
    publisher.close()
    assert len(words) == 1


@needs_mosquitto
def test_a_broker_that_wants_a_password_says_so(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path, anonymous=False)
    mosquitto.start()
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab", False, "me", "SECRET"), words)
    words.wait_for(f"mqtt: 127.0.0.1:{mosquitto.port}: refuses us (Not authorized); trying again")
    publisher.close()
    mosquitto.stop()
    assert len(words) == 1
    assert "SECRET" not in words[0]


@needs_mosquitto
def test_texts_that_the_broker_refuses_are_not_taken_for_delivered(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    (tmp_path / "rights").write_text("topic write lab/status\ntopic read #\n")
    (tmp_path / "rights").chmod(0o600)
    mosquitto.allow(tmp_path / "rights")
    mosquitto.start()
    words = Words()
    publisher = Publisher(Broker("127.0.0.1", mosquitto.port, "lab", qos=1), words)
    for number in range(2):
        publisher.show(moment(number, "ROOM"))
    words.wait_for(f"mqtt: 127.0.0.1:{mosquitto.port}: refuses a text (Not authorized)")
    with pytest.raises(OutputError, match="2 texts did not get through"):
        publisher.close()
    mosquitto.stop()
    assert len(words) == 1


def test_without_the_extra_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "paho.mqtt.enums", None)
    with pytest.raises(RuntimeMissingError, match=r"pip install 'emnist-edge\[mqtt\]'"):
        Publisher(Broker("127.0.0.1", 1, "t"), Words())
