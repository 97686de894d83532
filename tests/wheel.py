"""Install the built wheel alone and run it from another folder: ``python -m tests.wheel``.

Needs a package index, so it is a step of ``make test`` of its own, not a pytest test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What a device has no use for.
UNWANTED = {
    "tensorflow", "tensorflow-cpu", "keras", "scikit-learn", "matplotlib", "pillow",
    "starlette", "uvicorn", "paho-mqtt", "selenium",
}  # fmt: skip
#: Where pages are, beside the code.
STATIC = sorted((ROOT / "device").glob("emnist_device/**/static"))


def run(*command: str | Path, cwd: Path) -> str:
    """Run ``command`` and return what it printed."""
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    """Build, install, list, read, measure; raises where anything is not as a user expects."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, cwd=ROOT)
        (wheel,) = folder.glob("*.whl")
        environment = folder / "environment"
        venv.create(environment)
        pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python")
        run(*pip, "install", "--quiet", wheel, cwd=folder)
        installed = json.loads(run(*pip, "list", "--format=json", cwd=folder))
        names = {package["name"].lower() for package in installed}
        if names & UNWANTED:
            raise SystemExit(f"the wheel brings {sorted(names & UNWANTED)}")
        expected = json.loads((ROOT / "samples" / "expected.json").read_text(encoding="utf-8"))
        command = environment / "bin" / "emnist-edge"
        for sample, text in expected.items():
            read = run(command, "classify", ROOT / "samples" / sample, cwd=folder)
            if read.strip() != text:
                raise SystemExit(f"{sample}: read {read.strip()!r} where {text!r} is written")
        moments = run(command, "live", "--json", ROOT / "samples", cwd=folder).splitlines()
        if len(moments) != len(expected):
            raise SystemExit(f"live: read {len(moments)} of {len(expected)} samples")
        measured = run(
            command, "benchmark", "--output", folder / "benchmark", "--quick", "--suite", "pages",
            "--models", "mlp-int8", cwd=folder,
        )  # fmt: skip
        if "mlp-int8" not in measured or not (folder / "benchmark" / "report.md").is_file():
            raise SystemExit(f"benchmark: measured nothing: {measured}")
        (package,) = environment.glob("lib/python*/site-packages/emnist_device")
        files = [file.relative_to(ROOT / "device") for each in STATIC for file in each.iterdir()]
        missing = [str(file) for file in files if not (package.parent / file).is_file()]
        if missing:
            raise SystemExit(f"the wheel lacks {sorted(missing)}")
        print(run(command, "doctor", cwd=folder), end="")
        print(run(command, "models", cwd=folder), end="")
        print(f"{wheel.name}: {len(expected)} samples read; installed: {', '.join(sorted(names))}")


if __name__ == "__main__":
    main()
