from __future__ import annotations

from click.testing import CliRunner

from emnist_edge import artifact
from emnist_edge.cli.main import cli


def test_models_are_listed_with_size_type_accuracy_and_hash() -> None:
    result = CliRunner().invoke(cli, ["models"])
    assert result.exit_code == 0
    for shipped in artifact.installed():
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(shipped.name)]
        accuracy = f"{100 * shipped.accuracy['test']['accuracy']:.2f} %"
        for part in (
            shipped.sha256,
            shipped.input_type,
            f"{shipped.bytes / 1000:.0f} kB",
            accuracy,
        ):
            assert part in line
