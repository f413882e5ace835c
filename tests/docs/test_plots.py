"""The plots of the benchmarks show what their tables say."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

from blocks import ROOT


def test_the_plots_have_every_row_of_their_tables(tmp_path):
    subprocess.run([sys.executable, ROOT / "docs/images/make_plots.py", tmp_path], check=True)
    page = (ROOT / "docs/benchmarks.md").read_text()
    ways = page.split("| frames | spin |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    names = {row.split("|")[1].strip() for row in ways}
    assert len(names) > 5 and names <= texts(tmp_path / "benchmarks-waits.svg")
    figures = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| ([\d.]+) \|", page, re.MULTILINE)
    drawn = texts(tmp_path / "benchmarks-ratios.svg")
    assert len(figures) > 10
    assert {text for figure in figures[:10] for text in figure if not text.startswith("the same")} <= drawn


def texts(file):
    return {element.text for element in ET.parse(file).iter("{http://www.w3.org/2000/svg}text")}
