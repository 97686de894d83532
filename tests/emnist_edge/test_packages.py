"""Packages that are missing, or there and broken in all the ways that were seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from emnist_edge import packages
from emnist_edge.cli.start import main
from emnist_edge.errors import RuntimeMissingError
from emnist_edge.packages import PACKAGES, Package, load_base, load_module, load_runtime
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LIBGL = "raise ImportError('libGL.so.1: cannot open shared object file: No such file')"
OTHER_NUMPY = (
    "raise ValueError('numpy.dtype size changed, may indicate binary incompatibility. "
    "Expected 96 from C header, got 88 from PyObject')"
)
OLD_LIBC = 'raise OSError("/lib/libc.so.6: version `GLIBC_2.38\' not found (required by x.so)")'
LONG = """
try: raise OSError('libq.so.3: cannot open shared object file')
except OSError as error: raise ImportError('PLEASE READ\\n\\nTHIS') from error
"""
HEADLESS = "pip install --force-reinstall opencv-python-headless"
CLASSIFY = f"classify {ROOT / 'samples/note.jpg'}"
LIVE = f"live {ROOT / 'samples'}"
ANEW = "pip install --force-reinstall --no-cache-dir "


def write(folder: Path, module: str, body: str) -> None:
    """Put ``module`` into ``folder``, with ``body`` for what it does when it is imported."""
    *parents, name = module.split(".")
    for parent in parents:
        folder /= parent
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(body)


def command(fakes: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where the packages in ``fakes`` come before the real ones."""
    return python(fakes, "-m", "emnist_edge", *arguments)


def python(fakes: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python likewise."""
    paths = (str(fakes), *(path for path in sys.path if path))
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder on the path, for packages of which only this knows: ``fakelib``."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(PACKAGES, "fakelib", Package("fakelib", "used", "pip install fakelib"))
    monkeypatch.delitem(sys.modules, "fakelib", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("body", "reason", "advice"),
    [
        (LIBGL, "ImportError: libGL.so.1", HEADLESS),
        (OTHER_NUMPY, "ValueError: numpy.dtype size changed", "built for another NumPy; run: pip"),
        (OLD_LIBC, "OSError: /lib/libc.so.6: version `GLIBC_2.38'", "built for a newer system"),
        ("raise OSError('libwebp.so.7: cannot open shared object file')", "libwebp", "system's"),
        ("raise ImportError('a.so: wrong ELF class: ELFCLASS64')", "wrong ELF class", ANEW),
        ("raise SystemError('<built-in> returned NULL')", "SystemError: <built-in>", ANEW),
        ("raise SystemExit(3)", "SystemExit: 3", ANEW),
        ("class Panic(BaseException): pass\nraise Panic()", "(Panic)", ANEW),
        ("import absent_part", "ModuleNotFoundError: No module named 'absent_part'", ANEW),
        ("from os import absent", "ImportError: cannot import name 'absent'", ANEW),
        ("def broken(:", "SyntaxError: invalid syntax", ANEW),
        ("raise RuntimeError('\\n\\n  one\\x1b[31m\\n two')", "(RuntimeError: one\\x1b[31m)", ANEW),
        ("raise RuntimeError('x' * 9999)", f"RuntimeError: {'x' * 100}", ANEW),
        (LONG, "OSError: libq.so.3", "libq.so.3"),
    ],
)
def test_whatever_an_import_raises_is_one_line_that_says_why_and_what_to_do(
    fake: Path, body: str, reason: str, advice: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write(fake, "fakelib", f"import sys\nsys.stderr.write('Traceback of mine')\n{body}")
    with pytest.raises(RuntimeMissingError) as caught:
        load_module("fakelib", "--serve")
    said = str(caught.value)
    assert said.startswith("--serve needs fakelib, which is installed, but does not load (")
    assert reason in said
    assert advice in said
    assert said.isprintable()
    assert len(said) < 500
    assert not caught.value.missing
    assert capfd.readouterr().err == ""


def test_what_is_not_there_is_missing(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        RuntimeMissingError, match=r"^fakelib is not installed; run: pip install fakelib$"
    ) as caught:
        load_module("fakelib")
    assert caught.value.missing
    # Installed, as pip says, but its files are not there; or an old version without the module.
    monkeypatch.setattr(packages, "_version", lambda _: "1.6.1")
    with pytest.raises(RuntimeMissingError, match=r"does not load \(ModuleNotFound") as caught:
        load_module("fakelib")
    assert not caught.value.missing


def test_a_folder_that_a_removal_left_is_no_package(fake: Path) -> None:
    (fake / "fakelib").mkdir()
    with pytest.raises(RuntimeMissingError, match=f"its files are gone.*{ANEW}fakelib"):
        load_module("fakelib")


def test_a_package_without_what_is_used_of_it_does_not_load(fake: Path) -> None:
    write(fake, "fakelib", "")
    for _ in range(2):  # what was loaded in part is not taken for whole the second time
        with pytest.raises(RuntimeMissingError, match=f"no attribute 'used'.*{ANEW}fakelib"):
            load_module("fakelib")
    (fake / "fakelib/__init__.py").write_text("used = [1, 2, 3]\n")
    assert load_module("fakelib").used == [1, 2, 3]


def test_an_error_without_words_is_named(fake: Path) -> None:
    write(fake, "fakelib", "class Odd(Exception):\n def __str__(self): return 1\nraise Odd")
    with pytest.raises(RuntimeMissingError, match=r"does not load \(Odd\); run"):
        load_module("fakelib")


def test_ctrl_c_is_no_broken_package(fake: Path) -> None:
    write(fake, "fakelib", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_module("fakelib")


@pytest.mark.parametrize(
    ("installed", "remedy"), [("2.4.6", "'numpy<2'"), ("1.24.2", "pip install --upgrade numpy")]
)
def test_another_numpy_is_the_other_one(
    fake: Path, installed: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: installed)
    write(fake, "fakelib", OTHER_NUMPY)
    with pytest.raises(RuntimeMissingError, match=remedy):
        load_module("fakelib")


def test_what_is_wrong_with_the_runtime_that_is_installed_is_what_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(module: str, purpose: str = "") -> object:
        missing = module.startswith("tflite")
        raise RuntimeMissingError(module, missing=missing)

    monkeypatch.setattr(packages, "load_module", load)
    with pytest.raises(RuntimeMissingError, match=r"^ai_edge_litert"):
        load_runtime()


@pytest.mark.parametrize(
    ("machine", "bits", "python", "advice"),
    [
        ("aarch64", 64, (3, 13), "run: pip install ai-edge-litert"),
        ("x86_64", 64, (3, 11), "run: pip install ai-edge-litert"),
        ("armv7l", 32, (3, 11), "run: pip install --no-deps tflite-runtime"),
        ("armv8l", 32, (3, 11), "run: pip install --no-deps tflite-runtime"),
        ("aarch64", 32, (3, 11), "run: pip install --no-deps tflite-runtime"),
        ("aarch64", 32, (3, 13), "there is none for 32 bits"),
        ("armv6l", 32, (3, 11), "there is none for armv6l"),
    ],
)
def test_each_system_is_told_what_runs_there(
    machine: str,
    bits: int,
    python: tuple[int, int],
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(packages, "is_32_bit", lambda: bits == 32)
    monkeypatch.setattr(sys, "version_info", python)
    assert packages.runtime_to_install().startswith(advice)
    if bits == 32:
        readable = "pip install --no-deps emnist-edge tflite-runtime" in packages.how_on_32_bits()
        assert readable is ("there is none" not in advice)
        assert "sudo apt install python3-click python3-numpy" in PACKAGES["cv2"].how
    else:
        assert PACKAGES["cv2"].how == "pip install opencv-python-headless"


def test_this_machine_has_all_that_is_needed() -> None:
    load_base()
    assert load_runtime().Interpreter


@pytest.mark.parametrize(
    ("module", "body", "arguments", "said"),
    [
        ("numpy", "raise ImportError('libopenblas.so.0: bad')", CLASSIFY, "numpy is installed"),
        ("cv2", LIBGL, CLASSIFY, f"(ImportError: libGL.so.1: .* {HEADLESS}"),
        ("cv2", LIBGL, f"{CLASSIFY} {CLASSIFY.split()[1]} --jobs 2", "OpenCV is installed"),
        ("cv2", LIBGL, f"{CLASSIFY} --review out.html", "OpenCV is installed"),
        ("cv2", LIBGL, f"{CLASSIFY} --annotate out.png", "OpenCV is installed"),
        (
            "numpy",
            "raise ImportError('bad')",
            f"{CLASSIFY} --lexicon {ROOT / 'LICENSE'}",
            "numpy is",
        ),
        ("cv2", LIBGL, "live nothing.mp4", "OpenCV is installed, but does not load"),
        ("cv2", LIBGL, "benchmark --output nowhere", "OpenCV is installed"),
        ("numpy", "raise ImportError('bad')", "review apply none.json", "numpy is installed"),
        ("ai_edge_litert.interpreter", OLD_LIBC, CLASSIFY, "ai-edge-litert is installed"),
        (
            "ai_edge_litert.interpreter",
            "class Interpreter:\n def __init__(self, **_): raise SystemError('NULL')",
            CLASSIFY,
            "ai-edge-litert is installed, but does not load (SystemError: NULL)",
        ),
        (
            "cv2",
            "",
            CLASSIFY,
            "OpenCV is installed, but does not load (AttributeError: .* 'imdecode'",
        ),
        ("cv2", "", "live nothing.mp4", "OpenCV is installed, but does not load (AttributeError"),
        ("uvicorn", "", "live none --serve 0", "--serve needs uvicorn, which is installed, but"),
        ("paho.mqtt.client", "", f"{LIVE} --mqtt mqtt://h/t", "--mqtt needs paho-mqtt, which is"),
        ("picamera2", "", "live picamera", "picamera2 is installed, but does not load"),
        (
            "onnxruntime",
            "",
            f"{CLASSIFY} --model forest-edge",
            "onnxruntime is installed, but does",
        ),
    ],
)
def test_the_command_says_in_one_line_what_does_not_load(
    tmp_path: Path, module: str, body: str, arguments: str, said: str
) -> None:
    write(tmp_path, module, body)
    if module.startswith("ai_edge"):
        write(tmp_path, "tflite_runtime", "raise ImportError('nor this')")
    done = command(tmp_path, *arguments.split())
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    for part in said.split(".*"):
        assert part in line
    assert line.startswith("emnist-edge: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "raise ValueError('bad\\nclick')",
            " (ValueError: bad)",
        ),
        ("", " (AttributeError: "),
        ("import sys; sys.exit(3)", " (SystemExit: 3)"),
        ("raise ModuleNotFoundError(name='click')", " (ModuleNotFoundError"),
    ],
)
def test_a_broken_click_is_one_line(tmp_path: Path, body: str, said: str) -> None:
    write(tmp_path, "click", body)
    done = command(tmp_path, "models")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"emnist-edge: click is installed, but does not load{said}")
    assert line.endswith("; run: " + ANEW + "click")


def test_an_old_python_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    message = "emnist-edge: this is Python 3.9; run it with Python 3.11 or newer\n"
    assert capsys.readouterr() == ("", message)


def test_the_interface_says_it_too(tmp_path: Path) -> None:
    write(tmp_path, "cv2", LIBGL)
    code = (
        "import emnist_edge\n"
        "try: emnist_edge.nothing\nexcept AttributeError: print('no attribute')\n"
        "try: emnist_edge.Reader\nexcept Exception as error: print(error)\n"
    )
    done = python(tmp_path, "-c", code)
    first, second = done.stdout.splitlines()
    assert first == "no attribute"
    assert second.startswith("OpenCV is installed, but does not load (ImportError: libGL.so.1")


def test_live_goes_on_to_usb_where_picamera2_does_not_load(tmp_path: Path) -> None:
    write(tmp_path, "picamera2", OTHER_NUMPY)
    done = command(tmp_path, "live", "auto")
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("emnist-edge: no picamera: picamera2 is installed, but does not load (")
    assert "built for another NumPy" in first
    assert "no camera found" in second or "/dev/video" in second
    alone = command(tmp_path, "live", "picamera")
    assert alone.returncode == 1
    assert "numpy.dtype size changed" in alone.stderr
    assert len(alone.stderr.splitlines()) == 1


def test_doctor_outlives_whatever_it_tries(tmp_path: Path) -> None:
    fakes = {
        "cv2": LIBGL,
        "ai_edge_litert.interpreter": "import os; os.kill(os.getpid(), 4)",  # SIGILL
        "tflite_runtime.interpreter": OLD_LIBC,
        "picamera2": OTHER_NUMPY,
        "starlette": "import os; os.abort()",
        "paho": "raise SystemExit(3)",
        "onnxruntime": "import os; os._exit(7)",
    }
    for module, body in fakes.items():
        write(tmp_path, module, body)
    done = command(tmp_path, "doctor", "--json")
    assert done.returncode == 1
    assert done.stderr == ""
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    said = {(row["topic"], row["state"]): row["text"] + "; " + row["advice"] for row in findings}
    assert ("numpy", "ok") in said
    assert HEADLESS in said["opencv", "fault"]
    runtimes = [row["text"] for row in findings if row["topic"] == "runtime"]
    assert runtimes[0] == "ai-edge-litert is installed, but ends the process that loads it (SIGILL)"
    assert "GLIBC_2.38" in runtimes[1]
    assert ("reading", "fault") in said
    cameras = [row["advice"] for row in findings if row["topic"] == "camera"]
    assert "another NumPy" in cameras[0]
    assert "starlette is installed, but ends the process" in said["serve", "note"]
    assert "(SIGABRT); its files are damaged" in said["serve", "note"]
    assert "SystemExit: 3" in said["mqtt", "note"]
    assert "exit 7" in said["forest", "note"]
    assert ("models", "ok") in said
