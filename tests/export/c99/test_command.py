"""The command ``python -m export.c99``, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner

from emnist_edge.artifact import MODELS, open_model
from emnist_edge.errors import ModelError
from export.c99.host import compile_c
from export.c99.rounding import activation_range, as_multiplier, scaled
from export.c99.run import main
from export.c99.source import body
from export.c99.write import network_of, write
from tests.export.c99.made import Maker
from tests.export.c99.test_kernels import separable, two_looks

if TYPE_CHECKING:
    from click.testing import Result


def export(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(made: Maker, folder: Path) -> str:
    """Return what the command says of a network that it refuses."""
    result = export(made.save(folder), "--output", folder / "c")
    assert result.exit_code == 1
    assert not (folder / "c").exists()
    assert result.output.startswith("Error: made-int8.tflite: ")
    assert len(result.output.splitlines()) == 1
    return result.output.removeprefix("Error: made-int8.tflite: ").strip()


def test_files_are_written_and_compile_without_a_word(tmp_path: Path, compiler: str) -> None:
    result = export("tiny", "--output", tmp_path, "--name", "pad")
    assert result.exit_code == 0
    written = {Path(line).name for line in result.stdout.splitlines()}
    assert {"emnist_pad.h", "emnist_pad.c", "emnist_kernels.h", "emnist_kernels.c"} <= written
    assert written == {path.name for path in tmp_path.iterdir()}
    header = (tmp_path / "emnist_pad.h").read_text(encoding="utf-8")
    assert "#define EMNIST_PAD_CLASSES 47\n" in header
    assert "#define EMNIST_PAD_LETTERS 47\n" in header
    assert re.search(r"emnist_pad: 47 classes, \d+ bytes", result.stderr)
    for options in ((), ("-O2", "-Wconversion", "-Wshadow"), ("-DEMNIST_STATIC_ARENA",)):
        for path in tmp_path.glob("*.c"):
            compile_c(compiler, [path], tmp_path / "object", *options, "-c")


@pytest.mark.parametrize("name", ["read", "kernels", "glyph", "result", "network", "forest"])
def test_no_network_takes_the_name_of_what_is_shared(name: str, tmp_path: Path) -> None:
    result = export("tiny", "--output", tmp_path / "out", "--name", name)
    assert result.exit_code == 1
    assert f"emnist_{name} is something that all networks share" in result.stderr
    assert not (tmp_path / "out").exists()


def test_several_networks_share_the_kernels(tmp_path: Path) -> None:
    result = export("tiny", "mlp", "--output", tmp_path)
    assert result.exit_code == 0
    written = [Path(line).name for line in result.stdout.splitlines()]
    assert sorted(written) == sorted(path.name for path in tmp_path.iterdir())
    assert {"emnist_tiny.c", "emnist_mlp.c"} <= {*written}
    again = export("tiny", "tiny-int8", "--output", tmp_path)
    assert again.exit_code == 1
    assert "2 networks would be called emnist_tiny" in again.stderr
    assert export("tiny", "mlp", "--name", "pad", "--output", tmp_path).exit_code == 2


def test_symbols_are_labels_in_utf_8(tmp_path: Path, compiler: str) -> None:
    made = Maker()
    made.flatten()
    made.dense(8)
    network = network_of(made.save(tmp_path, alphabet='A?"\\€∅,%'))
    write(network, tmp_path)
    (tmp_path / "labels.c").write_text(
        '#include "emnist_made.h"\n#include <stdio.h>\n'
        "int main(void) { for (int i = 0; i < EMNIST_MADE_CLASSES; i++) {"
        " puts(emnist_made_labels[i]); }"
        ' return printf("%d %d\\n", EMNIST_MADE_LETTERS, EMNIST_MADE_NOTHING) < 0; }\n'
    )
    sources = [tmp_path / name for name in ("labels.c", "emnist_made.c", "emnist_kernels.c")]
    compile_c(compiler, sources, tmp_path / "labels")
    printed = subprocess.run([tmp_path / "labels"], capture_output=True, check=True).stdout.decode()
    assert printed.splitlines() == [*'A?"\\€∅,%', "1 5"]


def test_no_class_for_nothing_no_macro(tmp_path: Path) -> None:
    export("mlp", "--output", tmp_path)
    assert "NOTHING" not in (tmp_path / "emnist_mlp.h").read_text(encoding="utf-8")


def test_an_operator_that_is_not_known_is_refused_by_its_name(tmp_path: Path) -> None:
    made = Maker()
    made.flatten()
    made.dense(10)
    options = schema.SoftmaxOptionsT()
    options.beta = 1.0
    made.add("SOFTMAX", [made.tensor], [made._tensor((1, 10), 1 / 256, -128)], options)
    assert refused(made, tmp_path) == "SOFTMAX: this operator is not supported"


def test_options_that_are_not_known_are_refused(tmp_path: Path) -> None:
    made = Maker()
    made.conv(4, 3)
    made.operators[-1].builtinOptions.dilationHFactor = 2
    made.flatten()
    made.dense(10)
    assert refused(made, tmp_path) == "CONV_2D: dilation is not supported"

    made = Maker()
    made.conv(4, 3, activation=4)
    made.flatten()
    made.dense(10)
    assert refused(made, tmp_path) == "CONV_2D: fused activation 4 is not supported"

    made = Maker()
    made.conv(4, 1)
    made.transpose((0, 3, 1, 2))
    made.flatten()
    made.dense(10)
    assert refused(made, tmp_path) == "TRANSPOSE: only one of rows and columns is supported"


def test_a_network_too_large_for_its_offsets_is_refused(tmp_path: Path) -> None:
    made = Maker()
    made.conv(100, 1)
    made.mean()
    made.dense(10)
    assert re.match(r"needs \d+ bytes of memory, of 65532 at most", refused(made, tmp_path))


@pytest.mark.parametrize("model", ["tiny-float32", "forest-edge", "page-int8"])
def test_models_of_another_kind_are_refused(model: str, tmp_path: Path) -> None:
    result = export(model, "--output", tmp_path / "c")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    for suffix in (".tflite", ".json"):
        shutil.copy(MODELS / f"tiny-int8{suffix}", tmp_path)
    path = tmp_path / "tiny-int8.tflite"
    path.write_bytes(path.read_bytes()[:5000])
    result = export(path, "--output", tmp_path / "c")
    assert result.exit_code == 1
    assert "SHA-256" in result.output


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_of_the_right_hash_is_refused_or_exported(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Maker(seed)
    (separable, two_looks)[seed % 2](made)
    path = made.save(tmp_path)
    artifact, content = open_model(path)
    random = np.random.default_rng(seed)
    refused = 0
    for _ in range(40):
        damaged = np.frombuffer(content, "<i4", len(content) // 4).copy()
        at = random.integers(len(damaged), size=3)
        damaged[at] = random.choice([0, 1, -1, 2**31 - 1, damaged[at[0]], int(at[1])], 3)
        monkeypatch.setattr(
            "export.c99.write.open_model", lambda _, c=damaged: (artifact, bytes(c))
        )
        try:
            body(network_of(path))
        except ModelError:
            refused += 1
    assert refused > 10


def refusal(made: Maker, folder: Path) -> str:
    """Return what is said of a network whose tensors do not fit each other."""
    with pytest.raises(ModelError) as raised:
        network_of(made.save(folder))
    return str(raised.value).removeprefix("made-int8.tflite: ")


def test_tensors_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    for shape, name in [((1, 40, 14, 4), "CONV_2D"), ((1, 14, 14, 5), "CONV_2D")]:
        made = Maker()
        made.conv(4, 3, stride=2)
        made.tensors[made.tensor].shape = list(shape)
        made.mean()
        made.dense(10)
        assert refusal(made, tmp_path).startswith(f"{name}: its tensors do not fit each other")

    made = Maker()
    made.conv(4, 3, stride=2)
    made.operators[-1].builtinOptions.strideH = 0
    made.mean()
    made.dense(10)
    assert refusal(made, tmp_path).startswith("CONV_2D: its tensors do not fit each other")

    made = Maker()
    made.flatten()
    made.dense(10)
    made.tensors[made.tensor].quantization.scale = [float("nan")]
    assert "scale" in refusal(made, tmp_path)

    made = Maker()
    made.flatten()
    made.dense(10)
    made.operators[-1].inputs[0] = made.tensor  # it would read itself
    assert refusal(made, tmp_path).startswith("FULLY_CONNECTED: it is not in order")

    made = Maker()
    numbers = made._tensor(made.shape(), 1.0, 0, np.ones(made.shape(), np.int8))
    made.sum(made.tensor, numbers)
    made.flatten()
    made.dense(10)
    assert refusal(made, tmp_path).startswith("ADD: one of a tensor and several numbers")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = export("mlp", "--output", tmp_path / "file" / "c")
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.output


def test_fixed_point_is_tensorflow_lites() -> None:
    assert as_multiplier(0.5) == (1 << 30, 0)
    assert as_multiplier(0.25) == (1 << 30, 1)
    assert as_multiplier(1 - 1e-12) == (1 << 30, -1)  # rounds up to 1
    assert as_multiplier(0.0) == as_multiplier(2.0**-40) == (0, 0)
    # Halves go away from 0 in the shift, and up in the product before it.
    assert [scaled(value, 1 << 30, 1) for value in (2, -2, 6, -6)] == [1, -1, 2, -2]
    assert [scaled(value, 1 << 30, 0) for value in (1, -1)] == [1, 0]
    # Rounded twice: half of 2.99999 is half of 3, and becomes 2.
    assert scaled(3, 2**31 - 2**11, 1) == 2
    assert activation_range(3, 0.05, -60) == (-60, 60)
    assert activation_range(1, 1.0, 5) == (5, 127)
    assert activation_range(4, 1.0, 0) is None
