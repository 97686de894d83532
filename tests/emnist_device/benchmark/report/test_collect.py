from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from emnist_device.benchmark.report import collect
from emnist_device.benchmark.run import REFERENCE
from emnist_edge.artifact import installed
from emnist_edge.corruptions import CORRUPTIONS

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from emnist_device.benchmark.run import Run

MODELS = [REFERENCE, "mlp-int8"]
KINDS = ["blur", "rotation"]


def collected() -> dict[str, Any]:
    """Return the figures of :class:`FakeParts`."""
    run = SimpleNamespace(
        parts=FakeParts(),
        corrupted_samples=SimpleNamespace(labels=FakeParts.labels),
        artifacts={one.name: one for one in installed() if one.name in MODELS},
    )
    found = collect._noise(cast("Run", run))
    assert found is not None
    return found


class FakeParts:
    """Parts of which model M errs on 1 + M + 2 S + K images of 50, at strength S of kind K."""

    labels = np.zeros(50, np.uint8)

    def has(self, name: str) -> bool:
        return name == "noise-clean" or name.removeprefix("noise-") in KINDS

    def read(self, name: str) -> dict[str, Any]:
        return {"models": MODELS, "sha256": name}

    def read_arrays(self, name: str) -> dict[str, NDArray[np.uint8]]:
        if name == "noise-clean":
            wrong = np.arange(50) < np.array([1, 2])[:, None]
        else:
            kind = KINDS.index(name.removeprefix("noise-"))
            count = 1 + np.arange(2)[:, None] + 2 * np.arange(1, 6) + kind
            wrong = np.arange(50) < count[..., None]
        return {"predicted": wrong.astype(np.uint8)}


def test_errors_stand_in_the_order_of_strength_and_beside_their_amounts() -> None:
    found = collected()
    assert (found["images"], found["complete"]) == (50, False)
    for row, kind in enumerate(KINDS):
        assert found["kinds"][kind]["amounts"] == list(CORRUPTIONS[kind].amounts)
        assert found["kinds"][kind]["sha256"] == f"noise-{kind}"
        for place, name in enumerate(MODELS):
            wrong = [(1 + place + 2 * strength + row) / 50 for strength in range(1, 6)]
            assert found["models"][name]["error"][kind] == pytest.approx(wrong)
    of_int8 = found["models"]["mlp-int8"]
    assert of_int8["clean_error"] == pytest.approx(2 / 50)
    assert of_int8["mean_error"] == pytest.approx((8 + 9) / 2 / 50)
    # Errors of all strengths through those of the reference.
    assert of_int8["ce"] == pytest.approx({"blur": 100 * 40 / 35, "rotation": 100 * 45 / 40})
    assert of_int8["mce"]["value"] == pytest.approx(100 * (40 / 35 + 45 / 40) / 2, abs=1e-5)
    (pair,) = found["pairs"]
    assert (pair["float"], pair["int8"]) == ("mlp-float32", "mlp-int8")
    assert pair["clean"]["value"] == pytest.approx(2)
    assert pair["kinds"]["blur"]["value"] == pytest.approx(2)


def test_new_kinds_stand_beside_the_means_over_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = collected()
    monkeypatch.setattr("tests.emnist_device.benchmark.report.test_collect.KINDS", [*KINDS, "fade"])
    after = collected()
    assert {kind: facts["new"] for kind, facts in after["kinds"].items()} == {
        "blur": False, "rotation": False, "fade": True,
    }  # fmt: skip
    for name, figures in after["models"].items():
        assert list(figures["error"]) == list(figures["ce"]) == ["blur", "rotation", "fade"]
        for mean in ("mean_error", "mce", "mce_seen", "mce_unseen", "relative_mce"):
            assert figures[mean] == before["models"][name][mean]
    monkeypatch.setattr("tests.emnist_device.benchmark.report.test_collect.KINDS", ["fade"])
    with pytest.raises(AssertionError):  # nothing that a mean could be of
        collected()
