from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from emnist_device.quiet import quiet_stderr


def test_the_descriptor_is_silent_inside_and_back_outside(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with quiet_stderr():
        os.write(2, b"chatter\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_exceptions_pass_and_the_descriptor_is_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="real"), quiet_stderr():
        raise ValueError("real")
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_threads_and_nested_use_leave_the_descriptor_whole(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def work() -> None:
        for _ in range(20):
            with quiet_stderr(), quiet_stderr():
                os.write(2, b"chatter\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"heard\n")
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
