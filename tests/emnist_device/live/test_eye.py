from __future__ import annotations

import pytest

from emnist_device.image.region import Grid, parse_region
from emnist_device.live.eye import Eye, Settings
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import PictureError

FRAME = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=0).picture


def test_a_part_of_each_frame_is_read() -> None:
    settings = Settings(regions=(parse_region("0,50%,100%,50%"),))
    page = Eye(settings).read(FRAME)
    assert (page.text, page.parts[0].box) == ("7483", (0, 160, 500, 160))
    assert page.lines[0].box.y > 160
    assert Eye(settings.of_whole()).read(FRAME).text == "HARBOR\n7483"


def test_a_grid_in_each_frame_is_read() -> None:
    region = parse_region("100,165,190,85")
    page = Eye(Settings(regions=(region,), grid=Grid(1, 4))).read(FRAME)
    assert [cell.to_dict()["char"] for cell in page.parts[0].cells] == ["7", "4", "8", "3"]


def test_a_region_that_is_not_within_the_frame_is_said() -> None:
    with pytest.raises(PictureError, match="500 x 320 pixels"):
        Eye(Settings(regions=(parse_region("0,0,501,9"),))).read(FRAME)
