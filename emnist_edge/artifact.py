"""A model file and the JSON sidecar beside it, which says what the file is and how good."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from emnist_edge.errors import ModelError, shown

#: Folder of the models that come with the package.
MODELS = Path(__file__).parent / "models"
#: What ``classify`` uses unless told otherwise.
DEFAULT_MODEL = "small-int8"
#: What reads the sheets of forms unless told otherwise: a sheet has few characters, and takes its
#: time for other things, so that the larger network costs next to nothing there.
FORM_MODEL = "base-int8"
#: What finds characters, for every model that reads them.
PAGE_MODEL = "page-int8"
#: Families of networks of one recipe and three sizes, the smallest first.
TIERS = ("tiny", "small", "base")

#: Width and height in pixels of the pictures of characters that models read, and that EMNIST has.
SIDE = 28

InputType = Literal["int8", "float32", "uint8"]

_SCHEMA = 1


@dataclass(frozen=True)
class Artifact:
    """Everything a runtime needs to know of a model file, and where it came from.

    name: what ``--model`` takes, and the stem of both files.
    file: name of the model file, beside the sidecar.
    sha256, bytes: of the model file.
    alphabet: character of each output, in order; empty where a network reads no characters.
    input_type: "int8" takes pixels less 128, "float32" and "uint8" take pixels 0..255; all
        (N, 28, 28, 1).
    temperature: logits are divided by it before softmax (Guo et al. 2017, arXiv 1706.04599); for
        a forest, logarithms of probabilities are.
    parameters: number of weights; for a forest, of nodes.
    class_shares: how common each character was where probabilities are right; empty where that is
        not known.
    accuracy: scores by data set, measured on this very file: "validation" and "test" are of EMNIST
        and its classes alone; "written", where there is more to learn from, of UNIPEN's writers,
        symbols and what is no character, held back, at equal class frequencies.
    recall: which fraction of each character is read right, by data set.
    provenance: what it was made from and by which versions.
    """

    name: str
    file: str
    sha256: str
    bytes: int
    alphabet: str
    input_type: InputType
    temperature: float
    parameters: int
    class_shares: list[float] = field(default_factory=list)
    accuracy: dict[str, dict[str, float]] = field(default_factory=dict)
    recall: dict[str, dict[str, float]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the sidecar to ``folder`` and return its path."""
        from emnist_edge.files import write_json  # with zipfile, which readers need not load

        path = folder / f"{self.name}.json"
        write_json(path, {"schema": _SCHEMA, **dataclasses.asdict(self)})
        return path


def family_of(name: str) -> str:
    """Return the family of the model ``name``: "small" for "small-int8" and "small-float32"."""
    return name.rpartition("-")[0] or name


def read_sidecar(path: Path) -> Artifact:
    """Read a sidecar; raises :class:`ModelError` where it is missing or not one of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such sidecar; a model needs one beside it") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{path}: cannot be read ({shown(error)}); install the package again"
        ) from error
    if not isinstance(content, dict) or content.pop("schema", None) != _SCHEMA:
        raise ModelError(f"{path}: not a sidecar of schema {_SCHEMA}; export the model again")
    try:
        artifact = Artifact(**content)
    except TypeError as error:
        raise ModelError(f"{path}: fields are missing or unknown ({shown(error)})") from error
    _check_types(artifact, path)
    return artifact


def _check_types(artifact: Artifact, path: Path) -> None:
    """Raise :class:`ModelError` for values that no export writes."""
    texts = (artifact.name, artifact.file, artifact.sha256)
    counts = (artifact.bytes, artifact.parameters)
    sane = (
        all(isinstance(text, str) and text and text.isprintable() for text in texts)
        and isinstance(artifact.alphabet, str)
        and all(isinstance(count, int) and 0 <= count < 2**63 for count in counts)
        and Path(artifact.file).name == artifact.file
        and artifact.input_type in get_args(InputType)
        and isinstance(artifact.temperature, int | float)
        and 0 < artifact.temperature < 100
        and len(set(artifact.alphabet)) == len(artifact.alphabet)
        and _are_shares(artifact.class_shares, len(artifact.alphabet))
        and all(
            isinstance(parts, dict) and all(_are_scores(scores) for scores in parts.values())
            for parts in (artifact.accuracy, artifact.recall)
        )
        and isinstance(artifact.provenance, dict)
    )
    if not sane:
        raise ModelError(f"{path}: holds values that no export writes; export the model again")


def _are_shares(shares: Any, classes: int) -> bool:
    """Say whether ``shares`` are those of as many classes, or of none."""
    if not isinstance(shares, list) or len(shares) not in {0, classes}:
        return False
    return all(isinstance(share, int | float) and 0 < share <= 1 for share in shares)


def _are_scores(scores: Any) -> bool:
    return isinstance(scores, dict) and all(isinstance(v, int | float) for v in scores.values())


def installed() -> list[Artifact]:
    """Return the artifacts that come with the package and read characters, by name."""
    return [read_sidecar(MODELS / f"{name}.json") for name in installed_names()]


def installed_names() -> list[str]:
    """Return the names of the models that come with the package and read characters, in order."""
    return [path.stem for path in sorted(MODELS.glob("*.json")) if path.stem != PAGE_MODEL]


def open_model(model: str | Path) -> tuple[Artifact, bytes]:
    """Return sidecar and content of a model, given its name or the path of its file.

    Raises :class:`ModelError` where either is missing, the sidecar is of another file, or the
    content is not what it says.
    """
    text = str(model)
    is_path = isinstance(model, Path) or "/" in text or Path(text).suffix != ""
    sidecar = Path(model).with_suffix(".json") if is_path else MODELS / f"{text}.json"
    if not is_path and not sidecar.is_file():
        names = ", ".join(installed_names()) or "none"
        raise ModelError(f"no model named {text!r}; installed: {names}")
    artifact = read_sidecar(sidecar)
    path = sidecar.with_name(artifact.file)
    if (Path(model).name if is_path else sidecar.name) not in {path.name, f"{path.stem}.json"}:
        raise ModelError(
            f"{sidecar}: is of {shown(artifact.file)}; a model needs its own sidecar beside it, of "
            "the same name"
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != artifact.sha256:
        raise ModelError(
            f"{path}: its SHA-256 is not the one in {sidecar.name}; install or export it again"
        )
    return artifact, content
