"""Doctor's trials, each in a process of its own, since a library may crash the one that loads it.

A wheel for another processor dies of SIGILL, a driver may hang: findings too, like an exception.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from emnist_device import hardware
from emnist_edge.errors import EmnistEdgeError, RuntimeMissingError
from emnist_edge.packages import BASE, PACKAGES, RUNTIMES, load_module, reason_of, reinstall

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_edge.packages import Package

#: What is read to see whether reading works.
TEXT = "EDGE 47"
# What the process of a trial prints before it loads a module, whose name follows.
_LOADS = "loads "
# What is said of those that end the process; for other signals, nothing is known.
_SIGNS: dict[int, str] = {
    signal.SIGILL: "it was built for another processor",
    **dict.fromkeys(
        (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS),
        "its files are damaged, or were built for other libraries than there are",
    ),
}


class _Patience:
    """How long a trial may take, in seconds: less once one has hung, for the rest hang likewise.

    The slowest board loads everything in a third of ``first``.
    """

    def __init__(self, first: float, later: float) -> None:
        self.seconds, self._later = first, later

    def lose(self) -> float:
        """Return how long was waited in vain."""
        waited, self.seconds = self.seconds, min(self.seconds, self._later)
        return waited


_patience = _Patience(first=20.0, later=6.0)


def attempt(trial: str, *modules: str) -> Any:
    """Return what ``trial``, one of TRIALS, makes of ``modules`` in another process.

    Raises:
        RuntimeMissingError: a module is not installed or does not load, or ended the process.
        EmnistEdgeError: anything else went wrong.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-m", "emnist_device.doctor.trial", trial, *modules]
    try:
        done = subprocess.run(  # noqa: S603  # this very module
            command,
            capture_output=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=_patience.seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise _hangs(error.stdout or b"", _patience.lose()) from error
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        raise _died(done.returncode, done.stdout)
    answer = json.loads(lines[-1])
    if "missing" in answer:
        raise RuntimeMissingError(answer["text"], answer["advice"], missing=answer["missing"])
    if "error" in answer:
        raise EmnistEdgeError(answer["error"])
    return answer["value"]


def _last_loaded(output: bytes) -> Package | None:
    """Return what the process that printed ``output`` has begun to load at last."""
    lines = output.decode(errors="replace").splitlines()
    loaded = [line.removeprefix(_LOADS) for line in lines if line.startswith(_LOADS)]
    return PACKAGES.get(loaded[-1]) if loaded else None


def _hangs(output: bytes, seconds: float) -> EmnistEdgeError:
    """Return the error that says what has not answered for ``seconds``."""
    package = _last_loaded(output)
    if package is None:
        return EmnistEdgeError(f"does not answer within {seconds:g} s")
    return RuntimeMissingError(
        f"{package} is installed, but does not load within {seconds:g} s", reinstall(package)
    )


def _died(code: int, output: bytes) -> RuntimeMissingError:
    """Return the error that says how the process of a trial ended."""
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    package = _last_loaded(output)
    if package is None:
        return RuntimeMissingError(f"the process that tries it ends early ({how})")
    sign = _SIGNS.get(-code)
    advice = reinstall(package)
    return RuntimeMissingError(
        f"{package} is installed, but ends the process that loads it ({how})",
        f"{sign}; {advice}" if sign else advice,
    )


def _load(module: str) -> Any:
    """Return ``module``, one of PACKAGES, and say before that it is loaded, should that not end."""
    print(f"\n{_LOADS}{module}", flush=True)
    return load_module(module)


def _versions(*modules: str) -> list[str]:
    """Load ``modules``, and return what they are in, with versions, each once."""
    for module in modules:
        _load(module)
    titles = dict.fromkeys(PACKAGES[module].title for module in modules)
    return [f"{title} {hardware.version(title) or ''}".strip() for title in titles]


def _opencv(*_modules: str) -> dict[str, Any]:
    """Return OpenCV's version, its windows, and the names of backends of video that it lacks."""
    _load("numpy")
    cv2 = _load("cv2")
    registry = cv2.videoio_registry
    backends = {registry.getBackendName(backend) for backend in registry.getBackends()}
    windows = next(
        line.split(":", 1)[1].strip()
        for line in cv2.getBuildInformation().splitlines()
        if line.strip().startswith("GUI:")
    )
    missing = [name for name in ("V4L2", "FFMPEG") if name not in backends]
    return {"version": cv2.__version__, "windows": windows, "missing": missing}


def _runtime(module: str) -> str:
    """Open a model with the runtime ``module``, and return name and version of that."""
    _load("numpy")
    (found,) = _versions(module)
    for other in set(RUNTIMES) - {module}:
        sys.modules[other] = None  # type: ignore[assignment]  # as if it were not installed
    from emnist_device.runtime.litert import open_interpreter
    from emnist_edge.artifact import DEFAULT_MODEL, open_model

    artifact, content = open_model(DEFAULT_MODEL)
    open_interpreter(content, artifact.file, threads=1)
    return found


def _reading() -> dict[str, Any]:
    """Return what a drawn TEXT is read as, and in how many milliseconds."""
    for module in BASE:
        _load(module)
    _load_runtime()
    from emnist_device.reader import Reader
    from emnist_edge.drawing.pages import draw_page

    picture = draw_page(TEXT, size=(640, 480), height=60, seed=7).picture
    reader = Reader()
    reader.read(picture)
    start = time.perf_counter()
    text = reader.read(picture).text
    return {"text": text, "ms": round(1000 * (time.perf_counter() - start))}


def _load_runtime() -> None:
    """Load the first TFLite runtime that loads, if there is one."""
    for module in RUNTIMES:
        with suppress(RuntimeMissingError):
            _load(module)
            return


def _picamera(*_modules: str) -> list[str]:
    """Return the models of the Pi's own cameras."""
    _load("numpy")
    _load("picamera2")
    from emnist_device.live.sources.picamera import picamera_models

    return picamera_models()


#: What there is to try.
TRIALS: dict[str, Callable[..., Any]] = {
    "versions": _versions,
    "opencv": _opencv,
    "runtime": _runtime,
    "reading": _reading,
    "picamera": _picamera,
}


def _answer(trial: str, modules: list[str]) -> dict[str, Any]:
    """Return what came of a trial, as :func:`attempt` takes it."""
    try:
        return {"value": TRIALS[trial](*modules)}
    except RuntimeMissingError as error:
        return {"text": error.text, "advice": error.advice, "missing": error.missing}
    except EmnistEdgeError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001  # a sick machine is what this is for
        return {"error": f"fails ({reason_of(error)})"}


if __name__ == "__main__":
    print("\n" + json.dumps(_answer(sys.argv[1], sys.argv[2:])), flush=True)
    os._exit(0)  # what was loaded gets no chance to fail at the end
