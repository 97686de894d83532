from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device import quiet
from emnist_device.quiet import overheard, quiet_stderr, set_opencv_level

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBC = ctypes.CDLL(None)
# Level of OpenCV's log at which it warns.
WARNING = 3


@pytest.fixture
def opencv_warns() -> Iterator[None]:
    """OpenCV's log says what is wrong, whatever was imported before; ``live`` turns it off."""
    before = set_opencv_level(WARNING)
    yield
    set_opencv_level(before)


def chatter(text: bytes = b"chatter\n") -> None:
    """Write to C's stderr, as libraries do."""
    LIBC.fputs(text, ctypes.c_void_p.in_dll(LIBC, "stderr"))


def test_libraries_are_silent_inside_and_heard_outside(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        chatter()
    chatter(b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_what_python_writes_and_processes_that_start_are_heard(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with quiet_stderr():
        os.write(2, b"message\n")
        code = "import os; os.write(2, b'child\\n')"
        subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
    assert capfd.readouterr().err == "message\nchild\n"


@pytest.mark.filterwarnings("ignore:.*fork")  # other tests may have left threads
def test_a_forked_process_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        pid = os.fork()
        if pid == 0:
            chatter(b"child\n")
            os._exit(0)
        os.waitpid(pid, 0)
        chatter()
    assert capfd.readouterr().err == "child\n"


@pytest.mark.usefixtures("opencv_warns")
def test_codecs_are_silent_and_opencv_logs_again_afterwards(
    capfd: pytest.CaptureFixture[str],
) -> None:
    # Of this, OpenCV 4.6 speaks through C++'s stream, and later versions through their log.
    content = np.frombuffer(cv2.imencode(".bmp", np.eye(60, dtype=np.uint8))[1][:400], np.uint8)
    with quiet_stderr():
        assert cv2.imdecode(content, cv2.IMREAD_COLOR) is None
    assert capfd.readouterr().err == ""
    cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert "imdecode_('')" in capfd.readouterr().err


def test_what_is_said_inside_is_given(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        for word in (b"first\n", b"second\n"):
            with overheard() as said:
                chatter(word)
                os.write(2, b"message\n")
            assert said == [word.decode()]
        chatter()
    with suppress(ValueError), overheard() as said:
        chatter(b"last words\n")
        raise ValueError
    assert said == ["last words\n"]
    chatter(b"afterwards\n")
    assert capfd.readouterr().err == "message\nmessage\nafterwards\n"


def test_a_python_without_files_in_memory_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(quiet, "_silence", quiet._Silence())
    with overheard() as said:
        chatter(b"words")
    assert said == ["words"]


def test_what_is_said_without_end_is_cut() -> None:
    with overheard() as said:
        chatter(b"x" * 100_000)
    assert said == ["x" * 65_536]


def test_one_thread_hears_at_a_time() -> None:
    heard: list[str] = []
    in_it = threading.Event()

    def work() -> None:
        with overheard() as said:
            in_it.set()
            chatter(b"other")
        heard.extend(said)

    thread = threading.Thread(target=work)
    with overheard() as said:
        thread.start()
        assert not in_it.wait(0.05)
        chatter(b"own")
    thread.join()
    assert (said, heard) == (["own"], ["other"])


@pytest.mark.filterwarnings("ignore:.*fork")  # other tests may have left threads
def test_a_forked_process_hears_for_itself(capfd: pytest.CaptureFixture[str]) -> None:
    with overheard() as said:
        pid = os.fork()
        if pid == 0:
            chatter(b"child\n")
            with overheard() as own:
                chatter(b"own")
            chatter(own[0].encode())
            os._exit(0)
        os.waitpid(pid, 0)
        chatter(b"parent")
    assert said == ["parent"]
    assert capfd.readouterr().err == "child\nown"


def test_the_level_of_the_log_is_as_before(opencv_warns: None) -> None:
    with quiet_stderr(), overheard(), quiet_stderr():
        pass
    assert set_opencv_level(WARNING) == WARNING


def test_exceptions_pass_and_libraries_are_heard_again(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="real"), quiet_stderr():
        raise ValueError("real")
    chatter(b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_threads_and_nested_use_end_in_what_was(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(20):
            with quiet_stderr(), quiet_stderr():
                chatter()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chatter(b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_a_process_without_stderr_goes_on() -> None:
    code = (
        "import os, sys; os.close(2); sys.stderr = None\n"
        "from emnist_device.quiet import quiet_stderr\n"
        "with quiet_stderr(): print('done')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert run.stdout == "done\n"
