"""Make top.png and show.png: the tool in a real terminal (tmux), its screen drawn with Pillow.

Usage: make_pictures.py path/to/daoshm. Needs tmux, Pillow and the font DejaVu Sans Mono (Debian: fonts-dejavu-core).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
CELL = (9, 18)
FONT = ImageFont.truetype("DejaVuSansMono.ttf", 15)
BOLD = ImageFont.truetype("DejaVuSansMono-Bold.ttf", 15)
PAPER, INK = (24, 26, 32), (214, 216, 220)
BASIC = [
    (40, 42, 50), (224, 88, 88), (112, 190, 104), (224, 180, 80), (96, 148, 226), (190, 120, 210), (84, 190, 200), INK,
]  # fmt: skip


def indexed(number):
    if number < 16:
        return BASIC[number % 8]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    level = lambda step: 55 + 40 * step if step else 0  # noqa: E731
    return level(number // 36), level(number // 6 % 6), level(number % 6)


class Style:
    """What the escape codes until now say of the next character."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.ink, self.paper, self.bold, self.dim, self.reversed = None, None, False, False, False

    def apply(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (38, 48):
                colour = indexed(codes.pop(1)) if codes[0] == 5 else tuple(codes[1:4])
                del codes[: 1 if codes[0] == 5 else 4]
                self.ink, self.paper = (colour, self.paper) if code == 38 else (self.ink, colour)
            elif 30 <= code <= 37:
                self.ink = BASIC[code - 30]
            elif code in (39, 49):
                self.ink, self.paper = (None, self.paper) if code == 39 else (self.ink, None)
            elif code in (1, 2, 7, 22, 27):
                self.bold = code == 1 or (self.bold and code not in (22,))
                self.dim = code == 2 or (self.dim and code != 22)
                self.reversed = code == 7 or (self.reversed and code != 27)

    def colours(self):
        ink, paper = self.ink or INK, self.paper or PAPER
        if self.dim:
            ink = tuple((3 * a + 2 * b) // 5 for a, b in zip(ink, paper, strict=True))
        return (paper, ink) if self.reversed else (ink, paper)


def draw_cell(draw, x, y, character, style):
    ink, paper = style.colours()
    width, height = CELL
    draw.rectangle([x, y, x + width - 1, y + height - 1], fill=paper)
    if character == "▀":
        draw.rectangle([x, y, x + width - 1, y + height // 2 - 1], fill=ink)
    elif "▁" <= character <= "█":
        eighths = ord(character) - ord("▁") + 1
        draw.rectangle([x, y + height - height * eighths // 8, x + width - 1, y + height - 1], fill=ink)
    elif character != " ":
        draw.text((x, y), character, font=BOLD if style.bold else FONT, fill=ink)


def render(screen, columns, path):
    lines = screen.rstrip("\n").split("\n")
    margin = 12
    size = (columns * CELL[0] + 2 * margin, len(lines) * CELL[1] + 2 * margin)
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    style = Style()
    for row, line in enumerate(lines):
        x, y = margin, margin + row * CELL[1]
        for codes, character in re.findall(r"\033\[([\d;]*)m|([^\033\016\017])", line):
            if character:
                draw_cell(draw, x, y, character, style)
                x += CELL[0]
            else:
                style.apply(codes)
    image.quantize(256).save(path, optimize=True)


class Stage:
    """A folder with segments that live writers fill; the pictures show its name."""

    def __init__(self, tool):
        self.tool = tool
        self.folder = Path(tempfile.gettempdir(), "telescope")
        self.folder.mkdir()  # refuses one that is somebody's
        self.environment = {
            **os.environ,
            "TMPDIR": str(self.folder),
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            "PS1": "$ ",
        }
        self.running = []

    def run(self, *arguments):
        subprocess.run([self.tool, *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def start(self, *arguments):
        process = subprocess.Popen([self.tool, *arguments], env=self.environment, stdout=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def capture(self, command, seconds, columns, rows):
        socket = str(self.folder / "tmux")
        tmux = ["tmux", "-u", "-S", socket, "-f", "/dev/null"]
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", str(columns), "-y", str(rows), command], env=self.environment, check=True
        )
        try:
            time.sleep(seconds)
            return subprocess.run(
                [*tmux, "capture-pane", "-p", "-e", "-N"], capture_output=True, text=True, check=True
            ).stdout
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)


def main():
    stage = Stage(os.path.abspath(sys.argv[1]))
    try:
        for name, shape, atype, depth, rate in [
            ("wfs", "64x64", "uint16", "8", "500"),
            ("slopes", "2x1200", "float32", "8", "500"),
            ("mirror", "468", "float32", "4", "250"),
            ("science", "256x256", "float32", "4", "20"),
        ]:
            stage.run("create", name, shape, atype, "--depth", depth)
            stage.start("fill", name, "spot", "--rate", rate)
        stage.run("create", "flat", "64x64", "float32")
        stage.run("fill", "flat", "1")
        stage.run("create", "reference", "2x1200", "float32")
        stage.start("record", "wfs", str(stage.folder / "wfs.npy"))
        stage.start("record", "slopes", str(stage.folder / "slopes.npy"))
        dead = stage.start("fill", "reference", "0", "--rate", "10")
        time.sleep(1)
        dead.kill()
        dead.wait()
        (stage.folder / "broken.im.shm").write_bytes(b"not a segment")
        render(stage.capture(f"{stage.tool} top {stage.folder} --interval 0.5", 8, 150, 13), 150, HERE / "top.png")
        render(stage.capture(f"{stage.tool} show wfs --watch", 2, 84, 46), 84, HERE / "show.png")
    finally:
        stage.close()


if __name__ == "__main__":
    main()
