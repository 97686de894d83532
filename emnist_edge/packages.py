"""Packages that may be missing, or installed and broken: one way to import them.

A package can be there and not load in many ways: a library of the system is missing, it was built
for another NumPy, C library or processor, or another package's removal took files from it. Whatever
its import raises ends in one line that says why, and what to do.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import platform
import re
import sys
from contextlib import redirect_stderr
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.errors import RuntimeMissingError, shown

if TYPE_CHECKING:
    from types import ModuleType

# Processors of the Raspberry Pi 1 and Zero, for which nobody builds a runtime.
_TOO_OLD = "armv6"
# tflite-runtime, the only one for 32 bits, has no wheel from this Python on.
_NO_TFLITE_RUNTIME = (3, 12)
# A reason is one line of a message, and no longer than that.
_MOST_REASON = 200
_VENV = "make the environment with: python3 -m venv --system-site-packages"
_NUMPY_1 = "pip install 'numpy<2' 'opencv-python-headless<4.12'"
_SYSTEM_ARRAYS = f"sudo apt install python3-click python3-numpy python3-opencv, and {_VENV}"


@dataclass(frozen=True)
class Package:
    """What a module is in, and how to install it.

    title: what pip calls it. has: what is used of the module, and missing where its files are.
    install: what to run where pip finds it. apt: what to do where only the system has it, or on 32
    bits, which have no wheels. name: what messages call it, where that is not the title, since it
    comes under several.
    """

    title: str
    has: str
    install: str = ""
    apt: str = ""
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.title

    @property
    def how(self) -> str:
        """What to run to install it on this machine."""
        if self.apt and (not self.install or is_32_bit()):
            return self.apt
        return self.install


def _of_pip(title: str, has: str, extra: str = "", apt: str = "") -> Package:
    wanted = f"'emnist-edge[{extra}]'" if extra else title
    return Package(title, has, f"pip install {wanted}", apt)


#: Module -> the package that it is in: all that may be missing or broken when it is needed.
PACKAGES = {
    "click": _of_pip("click", "Group", apt=_SYSTEM_ARRAYS),
    "numpy": _of_pip("numpy", "ndarray", apt=_SYSTEM_ARRAYS),
    "cv2": Package(
        "opencv-python-headless",
        "imdecode",
        "pip install opencv-python-headless",
        _SYSTEM_ARRAYS,
        "OpenCV",
    ),
    "ai_edge_litert.interpreter": _of_pip("ai-edge-litert", "Interpreter"),
    "tflite_runtime.interpreter": Package(
        "tflite-runtime", "Interpreter", "pip install --no-deps tflite-runtime"
    ),
    "onnxruntime": _of_pip(
        "onnxruntime",
        "InferenceSession",
        "forest",
        f"sudo apt install python3-onnxruntime, and {_VENV}",
    ),
    "picamera2": Package(
        "picamera2", "Picamera2", apt=f"sudo apt install python3-picamera2, and {_VENV}"
    ),
    "starlette.applications": _of_pip("starlette", "Starlette", "serve"),
    "uvicorn": _of_pip("uvicorn", "Server", "serve"),
    "h11": _of_pip("h11", "Connection", "serve"),
    "paho.mqtt.client": _of_pip("paho-mqtt", "Client", "mqtt"),
    "paho.mqtt.enums": _of_pip("paho-mqtt", "CallbackAPIVersion", "mqtt"),  # version 1 has none
    "dask.distributed": _of_pip("distributed", "Client", "cluster"),
    "pypdfium2": _of_pip("pypdfium2", "PdfDocument", "pdf"),
    "yaml": _of_pip("PyYAML", "parse", "forms"),
    "fpdf": _of_pip("fpdf2", "FPDF", "forms"),
    "platformdirs": _of_pip("platformdirs", "user_cache_dir", "data"),
    "matplotlib.figure": _of_pip("matplotlib", "Figure", "plot"),
}
#: Without these two no picture can be read.
BASE = ("numpy", "cv2")
#: What runs TFLite files, the better first.
RUNTIMES: tuple[str, ...] = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")


def is_32_bit() -> bool:
    """Say whether this Python is one of 32 bits, whatever the kernel is."""
    return sys.maxsize < 2**32


def load_module(module: str, purpose: str = "") -> ModuleType:
    """Import ``module``, one of PACKAGES, and return it.

    Args:
        module: its full name.
        purpose: what it is needed for, such as an option; goes into the message.

    Raises:
        RuntimeMissingError: it is not installed, or does not load, for whatever reason.
    """
    loaded = sys.modules.get(module)
    if loaded is not None:
        return loaded
    try:
        with redirect_stderr(io.StringIO()):  # the error says what packages print there
            loaded = importlib.import_module(module)
            _check_whole(loaded, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # some end in SystemExit, or in panics of their own
        sys.modules.pop(module, None)
        raise unusable(module, error, purpose) from error
    return loaded


def _check_whole(loaded: ModuleType, module: str) -> None:
    """Raise ImportError or AttributeError where files of ``module`` are missing."""
    spec = getattr(loaded, "__spec__", None)
    if spec is not None and spec.origin is None and spec.submodule_search_locations is not None:
        # A folder without code: Python takes it for a package all the same.
        raise ImportError("its files are gone")
    getattr(loaded, PACKAGES[module].has)


def load_base() -> None:
    """Import what no picture can be read without; raises as :func:`load_module` does."""
    for module in BASE:
        load_module(module)


def load_runtime() -> ModuleType:
    """Return the module of the TFLite runtime that loads.

    Raises :class:`RuntimeMissingError` where none does, about the one that is installed.
    """
    errors = []
    for module in RUNTIMES:
        try:
            return load_module(module)
        except RuntimeMissingError as error:
            errors.append(error)
    broken = [error for error in errors if not error.missing]
    if broken:
        raise broken[0]
    raise RuntimeMissingError("no TFLite runtime is installed", runtime_to_install(), missing=True)


def unusable(module: str, error: BaseException, purpose: str = "") -> RuntimeMissingError:
    """Return the error that says that ``module`` does not work, because of ``error``."""
    package = PACKAGES[module]
    start = f"{purpose} needs {package}, which " if purpose else f"{package} "
    if isinstance(error, ModuleNotFoundError) and _names_part(module, error.name):
        version = _version(package.title)
        if version is None:
            return RuntimeMissingError(
                f"{start}is not installed", f"run: {package.how}", missing=True
            )
    reason = reason_of(error)
    return RuntimeMissingError(
        f"{start}is installed, but does not load ({reason})", _remedy(package, reason)
    )


def _names_part(module: str, name: str | None) -> bool:
    """Say whether ``name``, which is missing, is ``module`` or what it is in."""
    return name is not None and f"{module}.".startswith(f"{name}.")


def _version(title: str) -> str | None:
    try:
        return importlib.metadata.version(title)
    except importlib.metadata.PackageNotFoundError:
        return None


def reason_of(error: BaseException) -> str:
    """Return in one line what began it: packages lay many lines of advice around that."""
    while error.__cause__ is not None:
        error = error.__cause__
    try:
        words = str(error)
    except Exception:  # noqa: BLE001  # an error of a broken package may be broken itself
        words = ""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return shown(said[:_MOST_REASON])


def _remedy(package: Package, reason: str) -> str:
    """Return what to do about a package that does not load for ``reason``."""
    if re.search(r"lib(GL|EGL|X|x|SM|ICE|gthread|glib|Qt)[\w.+-]*\.so", reason):
        return (
            "run: pip uninstall opencv-python opencv-contrib-python; "
            "pip install --force-reinstall opencv-python-headless"
        )
    if re.search(r"GLIBC(XX)?_[\d.]+", reason):
        return (
            "it was built for a newer system: use one, or an older version: "
            f"pip install '{package.title}<{_version(package.title) or 'VERSION'}'"
        )
    if re.search(r"(numpy|multiarray|_ARRAY_API).*(changed|compiled|failed|not found)", reason):
        newer = not (_version("numpy") or "2").startswith("1.")
        other = _NUMPY_1 if newer else "pip install --upgrade numpy"
        return f"it was built for another NumPy; run: {other}"
    library = re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object", reason)
    if library is not None:
        return f"install the system's package that has {library[1]}"
    return reinstall(package)


def reinstall(package: Package) -> str:
    """Return what to do about a package whose files are damaged, or for another machine."""
    if package.how == package.apt:
        return f"run: {package.apt.replace('apt install', 'apt install --reinstall')}"
    return f"run: pip install --force-reinstall --no-cache-dir {package.title}"


def runtime_to_install() -> str:
    """Return what to do where there is no TFLite runtime."""
    machine = platform.machine()
    if machine.startswith(_TOO_OLD):
        return f"there is none for {machine}: use a Raspberry Pi 2, Zero 2 or newer"
    if not is_32_bit():
        return f"run: {PACKAGES[RUNTIMES[0]].how}"
    if sys.version_info < _NO_TFLITE_RUNTIME:
        return f"run: {PACKAGES[RUNTIMES[1]].how}"
    return "there is none for 32 bits and this Python: use a 64-bit system, or Bookworm"


def how_on_32_bits() -> str:
    """Return what to install on a system of 32 bits, whose markers pip may not tell."""
    if platform.machine().startswith(_TOO_OLD) or sys.version_info >= _NO_TFLITE_RUNTIME:
        return f"cannot read: no TFLite runtime; {runtime_to_install()}"
    return (
        f"a 64-bit system has wheels for everything; here run: {_SYSTEM_ARRAYS}; then "
        "pip install --no-deps emnist-edge tflite-runtime"
    )
