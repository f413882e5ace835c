#!/usr/bin/env python3
"""Draws the plots of docs/benchmarks.md from its tables: make_plots.py [FOLDER]     (beside this file)"""

import itertools
import math
import re
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "benchmarks.md"
LABELS, PLOT, ROW = 440, 420, 22  # pixels: width of the names, width of the plot, height of a row
DECADES = ("0.1 us", "1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s")
BLUE, ORANGE, GREEN, GREY = "#2a6fb0", "#c8641e", "#3a8f5c", "#8a8f98"


def tables(text):
    """Each table of the page as a list of dictionaries, by the words in its head."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        yield [dict(zip(lines[0], line, strict=False)) for line in lines[2:]]


def table_with(text, *words):
    return next(table for table in tables(text) if set(words) <= set(table[0]))


def tag(name, content="", **attributes):
    words = "".join(f' {key.rstrip("_").replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{words}>{content}</{name}>"


def text_at(x, y, what, **attributes):
    return tag("text", escape(what), x=round(x, 1), y=round(y, 1), **attributes)


def drawing(rows, body):
    width, height = LABELS + PLOT + 40, (rows + 3) * ROW
    return tag(
        "svg", tag("rect", width=width, height=height, rx=6, fill="white") + body + "\n",
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}", font_family="sans-serif", font_size=12,
    ) + "\n"  # fmt: skip


def ratios(text):
    """A bar for each figure that is a ratio to the limit measured beside it."""
    table = table_with(text, "figure", "ratio")
    for before, row in itertools.pairwise(table):
        row["figure"] = row["figure"].replace("the same,", before["figure"].partition(",")[0] + ",")
    rows = [row for row in table if re.fullmatch(r"[\d.]+", row["ratio"])]
    scale = PLOT / 2.3
    body = []
    for number, row in enumerate(rows):
        top, ratio = (number + 1.2) * ROW, float(row["ratio"])
        colour = ORANGE if row.get("", "").startswith("missed") else BLUE
        body.append(text_at(LABELS - 8, top + 12, row["figure"], text_anchor="end"))
        body.append(tag("rect", x=LABELS, y=round(top, 1), width=round(ratio * scale, 1), height=ROW - 7, fill=colour))
        body.append(text_at(LABELS + PLOT, top + 12, row["ratio"], text_anchor="end", fill="#333"))
        if re.fullmatch(r"[\d.]+", row["target"]):
            x = LABELS + float(row["target"]) * scale
            body.append(tag("path", d=f"M{x:.1f} {top - 2:.1f}v{ROW - 3}", stroke="black", stroke_width=2))
    bottom = (len(rows) + 1.2) * ROW
    one = f"M{LABELS + scale:.1f} {ROW}V{bottom:.1f}"
    body.append(tag("path", d=one, stroke=GREY, stroke_dasharray="4 3"))
    legend = "1: as fast as the limit measured beside it; black: target; orange: missed"
    body.append(text_at(LABELS - 60, bottom + 20, legend, fill="#333"))
    return drawing(len(rows), "\n".join(body))


def figures_of(cell):
    """Median and p99."""
    return tuple(float(value) for value in cell.split("/")[:2])


def waits(text):
    """Median and p99 of the three ways to wait, on a logarithmic axis that ends behind the latest."""
    rows = table_with(text, "frames", "spin", "asleep", "adaptive")
    figures = {way: [figures_of(row[way]) for row in rows] for way in ("spin", "asleep", "adaptive")}
    latest = max(p99 for pairs in figures.values() for _, p99 in pairs)
    decades = math.ceil(math.log10(latest / 0.1))
    left, width = 200, LABELS + PLOT - 200  # short names

    def x(us):
        return left + width * math.log10(max(us, 0.1) / 0.1) / decades

    body = []
    bottom = (len(rows) + 1.2) * ROW
    for decade, name in enumerate(DECADES[: decades + 1]):
        at = left + width * decade / decades
        body.append(tag("path", d=f"M{at:.1f} {ROW}V{bottom:.1f}", stroke="#dde0e4"))
        body.append(text_at(at, bottom + 16, name, text_anchor="middle", fill="#333"))
    for number, row in enumerate(rows):
        top = (number + 1.2) * ROW
        body.append(text_at(left - 12, top + 12, row["frames"], text_anchor="end"))
        for way, colour, shift in (("asleep", GREY, 3), ("adaptive", BLUE, 8), ("spin", GREEN, 13)):
            median, p99 = figures[way][number]
            y = round(top + shift, 1)
            body.append(tag("path", d=f"M{x(median):.1f} {y}H{x(p99):.1f}", stroke=colour, stroke_width=2))
            body.append(tag("circle", cx=round(x(median), 1), cy=y, r=3.5, fill=colour))
    for place, (name, colour) in enumerate((("asleep", GREY), ("adaptive", BLUE), ("spin", GREEN))):
        body.append(tag("circle", cx=left + 90 * place, cy=bottom + 30, r=4, fill=colour))
        body.append(text_at(left + 90 * place + 8, bottom + 34, name))
    body.append(text_at(left + 280, bottom + 34, "dot: median; end: p99", fill="#333"))
    return drawing(len(rows) + 0.6, "\n".join(body))


def main(folder):
    text = PAGE.read_text()
    (folder / "benchmarks-ratios.svg").write_text(ratios(text))
    (folder / "benchmarks-waits.svg").write_text(waits(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
