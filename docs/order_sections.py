#!/usr/bin/env python3
"""Puts the sections that Doxygen found in a header into the header's order: order_sections.py XML...

Doxygen has those with macros first, then those with types.
"""

import sys
import xml.etree.ElementTree as ET


def first_line(section):
    return min(int(place.get("line")) for place in section.iterfind("memberdef/location"))


def order(file):
    tree = ET.parse(file)
    compound = tree.getroot()[0]
    sections = compound.findall("sectiondef")
    places = [list(compound).index(section) for section in sections]
    for place, section in zip(places, sorted(sections, key=first_line), strict=True):
        compound[place] = section
    tree.write(file, encoding="UTF-8", xml_declaration=True)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        order(name)
