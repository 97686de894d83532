from __future__ import annotations

import ctypes
import zlib
from pathlib import Path

import numpy as np
import pytest

from emnist_edge.errors import PictureError
from tests.fuzz import hunt as hunting
from tests.fuzz.hunt import case, hunt, judge, reduce
from tests.fuzz.mutate import mend_png, mutate
from tests.fuzz.targets import TARGETS, Target
from tests.nasty import PAGE, encode

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*/*.bin"))
UNTRUSTED = [name for name, target in TARGETS.items() if not target.trusted]


@pytest.mark.parametrize("path", CORPUS, ids=[f"{p.parent.name}-{p.stem}" for p in CORPUS])
def test_what_was_found_once_is_mended(path: Path) -> None:
    assert judge(TARGETS[path.parent.name], path.read_bytes()).fault is None


@pytest.mark.parametrize("name", UNTRUSTED)
def test_targets_accept_their_seeds_and_stand_some_cases(name: str) -> None:
    for seed in TARGETS[name].seeds():
        assert judge(TARGETS[name], seed).fault is None
    assert any(TARGETS[name].accepts(seed) for seed in TARGETS[name].seeds())
    found = hunt(name, 60, seed=2, jobs=2)
    assert found.faults == {}
    assert found.accepted + found.refused == found.cases == 60
    assert min(found.accepted, found.refused) > 0
    assert 20 < found.memory < 1024


def _planted(content: bytes) -> None:
    if max(content, default=0) >= 0xF8:
        ctypes.string_at(0)
    if 0 in content:
        raise KeyError("planted")
    if b"\n" in content:
        raise PictureError("two\nlines")
    if len(content) % 2:
        raise PictureError("odd")


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunting, "_ROUNDS", 1)
    target = Target(_seeds, _planted)
    found = hunt("planted", 30, seed=1, jobs=2, targets={"planted": target})
    kinds = {fault.partition(":")[0] for fault in found.faults.values()}
    assert "ends the process that reads it (SIGSEGV); it is damaged or harmful" in kinds
    assert "KeyError" in kinds
    assert found.cases == 30
    assert found.accepted + found.refused + len(found.faults) > 20  # equal ones count once


def _seeds() -> list[bytes]:
    return [b"ABHIJ", b"abdhijABHIJ" * 3]


def test_a_fault_is_reduced_to_what_it_needs() -> None:
    target = Target(_seeds, _planted)
    assert reduce(target, b"aaa\0bb", "KeyError: 'planted'") == b"\0"


def test_cases_are_the_same_whenever_they_are_made() -> None:
    target = TARGETS["idx"]
    assert case(target, 1, 7) == case(target, 1, 7)
    assert len({case(target, 1, number) for number in range(50)}) > 40


def test_an_unprintable_error_is_a_fault() -> None:
    assert "not one line" in (judge(Target(_seeds, _planted), b"\n").fault or "")


def test_checksums_of_a_png_are_mended() -> None:
    from PIL import Image

    whole = encode(Image.fromarray(PAGE), "PNG")
    damaged = bytearray(whole)
    damaged[30] ^= 1  # in the checksum of the header
    assert mend_png(bytes(damaged)) == whole
    assert mend_png(whole[:-7]) == whole[:-7]
    assert zlib.crc32(whole[12:29]) == int.from_bytes(whole[29:33], "big")


def test_mutations_change_most_inputs() -> None:
    rng = np.random.default_rng(4)
    seeds = [b'{"a": [1, 2], "b": "text"}', bytes(range(100))]
    changed = [mutate(seeds, rng) for _ in range(200)]
    assert sum(content not in seeds for content in changed) > 160
    assert max(map(len, changed)) < 60_000
