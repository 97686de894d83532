"""The library for Arduino and others: its programs are built with stand-ins for boards' headers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_edge import __version__
from emnist_edge.drawing.character import draw_character
from emnist_edge.errors import OutputError
from export.c99.host import compile_c
from export.c99.library import write_library
from export.c99.write import network_of

if TYPE_CHECKING:
    from pathlib import Path

#: What sketches see of Arduino, on this machine: one turn of the loop.
ARDUINO = """
#include <cstdio>
#include <cstring>
struct Port {
  void begin(long) {}
  void print(const char *text) { std::printf("%s", text); }
  void print(char one) { std::printf("%c", one); }
  void print(double number) { std::printf("%.2f", number); }
  void print(unsigned long number) { std::printf("%lu", number); }
  void println(const char *text) { std::printf("%s\\n", text); }
  void println(double number) { std::printf("%.2f\\n", number); }
};
static Port Serial;
static unsigned long micros() { return 0; }
static void delay(int) {}
"""
CAMERA = """
#include <cstddef>
#include <cstdint>
enum { PIXFORMAT_GRAYSCALE, FRAMESIZE_QVGA, CAMERA_FB_IN_DRAM, ESP_OK };
struct camera_config_t {
  int pin_pwdn, pin_reset, pin_xclk, pin_sccb_sda, pin_sccb_scl, pin_d7, pin_d6, pin_d5, pin_d4,
      pin_d3, pin_d2, pin_d1, pin_d0, pin_vsync, pin_href, pin_pclk, xclk_freq_hz, pixel_format,
      frame_size, fb_count, fb_location;
};
struct camera_fb_t { uint8_t *buf; size_t width, height; };
static int esp_camera_init(const camera_config_t *) { return ESP_OK; }
static void esp_camera_fb_return(camera_fb_t *) {}
static camera_fb_t *esp_camera_fb_get() {
  static uint8_t pixels[240 * 320];
  static camera_fb_t frame = {pixels, 320, 240};
  std::memset(pixels, 200, sizeof pixels);
  for (int y = 90; y < 150; y++) std::memset(pixels + y * 320 + 156, 40, 8);
  return &frame;
}
"""
PICO = "#define stdio_init_all()\n#define getchar() (feof(stdin) ? exit(0), 0 : getchar())\n"
TIMER = "#include <stdint.h>\nstatic int64_t esp_timer_get_time(void) { return 0; }\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    write_library([network_of("tiny-int8")], folder)
    for name, text in [
        ("Arduino.h", ARDUINO), ("esp_camera.h", CAMERA), ("esp_timer.h", TIMER),
        ("pico/stdlib.h", "#include <stdlib.h>\n" + PICO),
    ]:  # fmt: skip
        path = folder / "stand-ins" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def objects(library: Path, compiler: str) -> list[Path]:
    sources = sorted((library / "src").glob("*.c"))
    made = [library / f"{source.stem}.o" for source in sources]
    for source, target in zip(sources, made, strict=True):
        compile_c(compiler, [source], target, "-c", "-O2")
    return made


def run_sketch(library: Path, objects: list[Path], name: str) -> str:
    """Build a sketch as Arduino does, run one turn of it, and return what it printed."""
    if shutil.which("g++") is None:
        pytest.skip("no C++ compiler is at hand: g++")
    sketch = (library / "examples" / name / f"{name}.ino").read_text()
    source = library / f"{name}.cpp"
    source.write_text(f"#include <Arduino.h>\n{sketch}\nint main() {{ setup(); loop(); }}\n")
    command = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{library / 'src'}"]
    command += ["-Wno-unused-function", f"-I{library / 'stand-ins'}", str(source)]
    program = library / name
    subprocess.run([*command, *map(str, objects), "-o", str(program)], check=True)
    return subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout


def run_main(
    compiler: str, library: Path, objects: list[Path], source: Path, given: bytes = b""
) -> str:
    """Build a program in C, run it with ``given`` on its input; return what it printed."""
    program = library / f"{source.parent.name}-{source.stem}"
    options = (f"-I{library / 'src'}", f"-I{library / 'stand-ins'}")
    compile_c(compiler, [source, *objects], program, *options)
    return subprocess.run(
        [str(program)], input=given, check=True, capture_output=True
    ).stdout.decode()


def test_metadata_names_version_and_headers(library: Path) -> None:
    properties = (library / "library.properties").read_text()
    assert f"version={__version__}\n" in properties
    description = json.loads((library / "library.json").read_text())
    assert description["version"] == __version__
    for header in description["headers"]:
        assert (library / "src" / header).is_file()
        assert header in properties
    for example in description["examples"]:
        assert all((library / example["base"] / file).is_file() for file in example["files"])
    assert "$" not in "".join(path.read_text() for path in library.rglob("*.ino"))
    assert "architectures=*" not in properties  # boards of 8 bits cannot run it
    assert "avr" not in properties


def test_a_library_of_several_networks_names_all_of_them(tmp_path: Path) -> None:
    tiny, mlp = network_of("tiny-int8"), network_of("mlp-int8")
    paths = write_library([tiny, mlp], tmp_path)
    assert len({*paths}) == len(paths)
    properties = (tmp_path / "library.properties").read_text()
    assert "includes=emnist_read.h,emnist_tiny.h,emnist_mlp.h\n" in properties
    headers = json.loads((tmp_path / "library.json").read_text())["headers"]
    assert headers == ["emnist_read.h", "emnist_tiny.h", "emnist_mlp.h"]
    write_library([mlp, tiny], tmp_path)


def test_a_library_of_another_network_is_not_overwritten(tmp_path: Path) -> None:
    tiny, mlp = network_of("tiny-int8"), network_of("mlp-int8")
    write_library([tiny], tmp_path)
    write_library([tiny], tmp_path)
    before = (tmp_path / "library.properties").read_text()
    with pytest.raises(OutputError, match=r"has a library with emnist_tiny\.h; name all networks"):
        write_library([mlp], tmp_path)
    assert (tmp_path / "library.properties").read_text() == before
    assert not (tmp_path / "src" / "emnist_mlp.c").exists()


def test_the_sketch_reads_its_picture(library: Path, objects: list[Path]) -> None:
    printed = run_sketch(library, objects, "ReadCharacter")
    assert printed.startswith("7 ")
    assert printed.endswith("0 microseconds\n")


def test_the_camera_sketch_reads_the_middle_of_a_frame(library: Path, objects: list[Path]) -> None:
    assert run_sketch(library, objects, "Esp32Camera")[0] in "1IL"


def test_the_program_of_esp_idf_reads_its_picture(
    compiler: str, library: Path, objects: list[Path]
) -> None:
    text = (library / "extras" / "esp-idf" / "main" / "main.c").read_text()
    source = library / "esp-idf.c"
    text = text.replace("void app_main", "void app_main(void);\nvoid app_main")
    source.write_text(text + "int main(void) { app_main(); return 0; }\n")
    assert run_main(compiler, library, objects, source).startswith("7 ")


def test_the_program_of_the_pico_answers_frames(
    compiler: str, library: Path, objects: list[Path]
) -> None:
    ink = draw_character("K", 40.0, np.random.default_rng(2)).coverage[:120, :120]
    grey = np.pad(np.uint8(200) - ink // 2, 4, constant_values=200).astype(np.uint8)
    height, width = grey.shape
    frame = b"F" + bytes([width, height]) + grey.tobytes()
    blank = b"F" + bytes([4, 4]) + bytes(16)
    large = b"F" + bytes([255, 255]) + bytes(255 * 255)
    answers = run_main(compiler, library, objects, library / "extras" / "pico" / "main.c",
                       b"?" + frame + blank + large + frame).splitlines()  # fmt: skip
    assert [line.split()[0] for line in answers] == ["K", "error", "error", "K"]


SERIAL = """
import os, subprocess
class Serial:
    def __init__(self, port, timeout):
        self.program = subprocess.Popen([port], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    def __enter__(self): return self
    def __exit__(self, *_): self.program.stdout.close(); self.program.wait()
    def write(self, data): self.program.stdin.write(data); self.program.stdin.close()
    def readline(self): return self.program.stdout.readline()
"""


def test_a_picture_is_sent_to_the_pico(
    compiler: str, library: Path, objects: list[Path], tmp_path: Path
) -> None:
    main = library / "extras" / "pico" / "main.c"
    run_main(compiler, library, objects, main)
    (tmp_path / "serial.py").write_text(SERIAL)
    ink = draw_character("K", 40.0, np.random.default_rng(2)).coverage
    picture = tmp_path / "k.png"
    cv2.imwrite(str(picture), cv2.resize(np.pad(230 - ink // 2, 9, "edge"), None, fx=5, fy=5))
    command = [sys.executable, str(main.with_name("send.py")), str(library / "pico-main")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*command, str(picture)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("K ")
    missing = subprocess.run(
        [*command, "none.png"], env=environment, capture_output=True, text=True, check=False
    )
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "none.png: no picture" in missing.stderr


def test_it_compiles_for_the_core_of_the_pico(library: Path, tmp_path: Path) -> None:
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not at hand: gcc-arm-none-eabi, libnewlib-arm-none-eabi")
    core = ("-mcpu=cortex-m0plus", "-mthumb", "-Os", "-c", f"-I{library / 'stand-ins'}")
    for source in [*sorted((library / "src").glob("*.c")), library / "extras" / "pico" / "main.c"]:
        made = tmp_path / f"{source.stem}.o"
        compile_c("arm-none-eabi-gcc", [source], made, *core, f"-I{library / 'src'}")
