"""Make demo.png: what the demonstration prints, drawn with Pillow, above the picture that it writes.

Usage: make_demo_picture.py BUILD_FOLDER. Needs Pillow and the font DejaVu Sans Mono (Debian: fonts-dejavu-core).
"""

import subprocess
import sys
from pathlib import Path

from make_pictures import BASIC, BOLD, CELL, FONT, HERE, INK, PAPER
from PIL import Image, ImageDraw

MARGIN = 18
DIM, GOOD, BAD = (130, 134, 144), BASIC[2], BASIC[1]


def shown_lines(output: str) -> list[str]:
    """The command, which camera, the last table and the verdict."""
    lines = output.splitlines()
    camera = next(line for line in lines if line.startswith("Camera:"))
    last_table = max(number for number, line in enumerate(lines) if line.startswith("stage "))
    end = [line for line in lines[last_table:] if not line.startswith("picture")]
    return ["$ make demo", camera, "", *end]


def draw_line(draw: ImageDraw.ImageDraw, top: int, line: str) -> None:
    ink, font = INK, FONT
    if line.startswith(("Camera:", "stage ")):
        ink = DIM
    elif line.startswith(("PASSED", "FAILED")):
        ink, font = (GOOD if line.startswith("PASSED") else BAD), BOLD
    elif line.startswith("$"):
        font = BOLD
    draw.text((MARGIN, top), line, fill=ink, font=font)


def main() -> None:
    build = Path(sys.argv[1])
    done = subprocess.run([HERE.parent.parent / "examples/demo/run.sh", build], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    lines = shown_lines(done.stdout)
    frame = Image.open(build / "demo.png")
    width = max(CELL[0] * max(map(len, lines)) + 2 * MARGIN, 760)
    frame = frame.resize((width - 2 * MARGIN, frame.height * (width - 2 * MARGIN) // frame.width))
    text_height = CELL[1] * len(lines)
    image = Image.new("RGB", (width, text_height + frame.height + 3 * MARGIN), PAPER)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw_line(draw, MARGIN + CELL[1] * number, line)
    image.paste(frame, (MARGIN, text_height + 2 * MARGIN))
    image.save(HERE / "demo.png", optimize=True)


if __name__ == "__main__":
    main()
