from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.quiet import quiet_stderr, set_opencv_level
from tests.nasty import OLD_OPENCV

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
    content = bytearray(cv2.imencode(".tiff", np.eye(60, dtype=np.uint8) * 200)[1].tobytes())
    content[8:200] = b"\xff" * 192
    with quiet_stderr():
        assert cv2.imdecode(np.frombuffer(bytes(content), np.uint8), cv2.IMREAD_COLOR) is None
    assert capfd.readouterr().err == ""
    cv2.imdecode(np.frombuffer(bytes(content), np.uint8), cv2.IMREAD_COLOR)
    # OpenCV 4.6 says nothing of such a file.
    assert (capfd.readouterr().err != "") is not OLD_OPENCV


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
