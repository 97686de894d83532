from __future__ import annotations

import os
import subprocess
import sys

import pytest

from emnist_device.image.limits import DEFAULTS, Limits, without_advice
from emnist_edge.errors import PictureError
from tests.nasty import png

# Ways into the package, of which OpenCV is loaded by most.
ENTRIES = {
    "library": "from emnist_edge import Reader",
    "picture": "from emnist_device.image.picture import read_picture",
    "cluster": "from emnist_device.batch.cluster import read_on_cluster",
    "batch": "import emnist_device.batch.reading",
    "worker": "import emnist_device.processes.process",
    "live": "import emnist_device.live.run, emnist_device.live.sources.video",
    "preview": "import emnist_device.live.preview.upload",
    "command": "import emnist_edge.cli.main, emnist_device.image.paths",
}
# Tries OpenCV itself with a PNG of one pixel more than the limit, of which it has the header alone.
TRY = """
import sys, numpy as np, cv2
try:
    cv2.imdecode(np.frombuffer(sys.stdin.buffer.read(), np.uint8), cv2.IMREAD_COLOR)
except cv2.error as error:
    print("CV_IO_MAX_IMAGE" in str(error))
"""


def in_a_process(code: str) -> str:
    """Run ``code`` with a PNG of 8001 x 8000 pixels on standard input; returns what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("OPENCV_IO")
    }
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-c", code],
        input=png(8001, 8000, 1, 0, b""),
        capture_output=True,
        check=True,
        env=environment,
    ).stdout.decode()


@pytest.mark.parametrize("entry", ENTRIES)
def test_opencvs_own_limits_hold_whatever_is_imported_first(entry: str) -> None:
    assert in_a_process(ENTRIES[entry] + TRY) == "True\n"


def test_limits_that_opencv_was_not_told_of_are_said() -> None:
    """Within a process that has loaded OpenCV, limits above its own cannot be had any more."""
    code = (
        "import sys; from emnist_device.image.picture import decode_picture, PictureError\n"
        "from emnist_device.image.limits import Limits\n"
        "try: decode_picture(sys.stdin.buffer.read(), 'p', Limits(pixels=10**9))\n"
        "except PictureError as error: print(error)"
    )
    assert in_a_process(code) == (
        "p: is larger than OpenCV takes in this process; "
        "set OPENCV_IO_MAX_IMAGE_PIXELS=64008000 before it is loaded\n"
    )


def test_opencvs_limits_are_those_of_the_limits() -> None:
    assert Limits(pixels=7, side=3).for_opencv() == {
        "OPENCV_IO_MAX_IMAGE_PIXELS": "7",
        "OPENCV_IO_MAX_IMAGE_WIDTH": "3",
        "OPENCV_IO_MAX_IMAGE_HEIGHT": "3",
    }


def test_frames_have_the_limits_of_pictures() -> None:
    DEFAULTS.check_frame((480, 640, 3), "film")
    with pytest.raises(PictureError, match=r"film: its frames have 10,000 x 7,000 pixels, and"):
        DEFAULTS.check_frame((7000, 10_000, 3), "film")
    with pytest.raises(PictureError, match="side=70000"):
        DEFAULTS.check_frame((70_000, 1), "film")


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        (
            "is too wide; scale it down or raise the limit: --limit side=9",
            "is too wide; scale it down",
        ),
        ("took longer than 3 s; raise the limit: --limit seconds=S", "took longer than 3 s"),
        ("is damaged", "is damaged"),
    ],
)
def test_advice_for_the_command_is_left_out_elsewhere(message: str, plain: str) -> None:
    assert without_advice(message) == plain
