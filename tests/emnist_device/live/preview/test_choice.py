from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from emnist_device.decoding import Decoding
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.preview import choice
from emnist_device.live.preview.choice import Choice
from emnist_edge.errors import ConstraintError


@pytest.fixture
def eye() -> Eye:
    return Eye(Settings("tiny-int8"))


def with_charset(charset: str) -> Settings:
    return Settings("tiny-int8", Decoding(charset=charset))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Charsets of the readers that are made."""
    charsets: list[str | None] = []

    def count(settings: Settings) -> Eye:
        charsets.append(settings.decoding.charset)
        return Eye(settings)

    monkeypatch.setattr(choice, "Eye", count)
    monkeypatch.setattr(choice, "_PAUSE", 0.0)
    return charsets


def test_of_a_flood_of_changes_few_are_made_and_the_last_holds(
    eye: Eye, made: list[str | None]
) -> None:
    charsets = ["digits", "upper", "lower", "AB"] * 50 + ["XYZ"]

    async def flood() -> None:
        chooser = Choice(eye)
        await asyncio.gather(*(chooser.change(with_charset(each)) for each in charsets))

    asyncio.run(flood())
    assert eye.settings.decoding.charset == "XYZ"
    assert len(made) <= 2


def test_what_is_chosen_already_costs_nothing(eye: Eye, made: list[str | None]) -> None:
    asyncio.run(Choice(eye).change(replace(eye.settings)))
    assert made == []


def test_changes_have_pauses_between_them(
    eye: Eye, made: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "_PAUSE", 3600.0)

    async def twice() -> None:
        chooser = Choice(eye)
        await chooser.change(with_charset("digits"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await chooser.change(with_charset("upper"))

    asyncio.run(twice())
    assert made == ["digits"]


def test_what_cannot_be_changes_nothing(eye: Eye, made: list[str | None]) -> None:
    async def change() -> None:
        chooser = Choice(eye)
        with pytest.raises(ConstraintError):
            await chooser.change(with_charset("\u00e9"))
        await chooser.change(with_charset("digits"))

    asyncio.run(change())
    assert made == ["\u00e9", "digits"]
    assert eye.settings.decoding.charset == "digits"
