from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from emnist_edge.artifact import MODELS, read_sidecar
from export.card.run import main
from export.card.write import write_card
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_card_is_what_the_sidecars_and_published_figures_say(tmp_path: Path) -> None:
    """Where any of them has changed: python -m export.card."""
    write_card([read_sidecar(path) for path in sorted(MODELS.glob("*.json"))], tmp_path / "card")
    card = (tmp_path / "card").read_text(encoding="utf-8")
    assert card == (ROOT / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "; in the last 25% of the epochs hand (" in card
    assert "2,600 further pages: texts of" in card


def test_a_command_writes_the_card_again(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--card", str(tmp_path / "card")])
    assert done.exit_code == 0
    assert (tmp_path / "card").read_text("utf-8") == (ROOT / "MODEL_CARD.md").read_text("utf-8")
