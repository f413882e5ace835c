"""The site of `make docs` (docs/build.sh): these pages, and the references of all three languages."""

import re
from pathlib import Path

from docutils import nodes

ROOT = Path(__file__).resolve().parents[1]
project = "daoShm"
author = copyright = "The daoShm authors"
release = version = re.search(r"project\(daoShm VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]

extensions = [
    "breathe",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["requirements.txt", "decisions/README.md"]
breathe_projects = {"daoShm": str(ROOT / "build/docs/xml")}
breathe_default_project = "daoShm"
breathe_domain_by_extension = {"h": "c", "hpp": "cpp"}
c_id_attributes = cpp_id_attributes = ["DAO_API", "DAO_NET_API"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# Links to files of the project that are no pages.
myst_links_external_new_tab = False


html_theme = "furo"
html_title = f"daoShm {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_search_scorer = str(ROOT / "docs/search_order.js")
copybutton_prompt_text = "$ "


def keep_units(_app, doctree):
    """A figure and its unit stay on one line, in narrow tables too."""
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, (nodes.literal, nodes.literal_block)):
            joined = re.sub(r"(?<=\d) (?=(?:[num]?s|k?Hz|[kMG]i?B|MB/s|%)(?!\w))", "\N{NO-BREAK SPACE}", text)
            text.parent.replace(text, nodes.Text(joined))


def keep_options(_app, doctree):
    """A browser breaks lines behind hyphens; what is short, such as `--name VALUE`, stays whole."""
    for literal in doctree.findall(nodes.literal):
        if len(literal.astext()) <= 24:
            literal["classes"].append("short")


def keep_colons(_app, what, _name, _value, _options, lines):
    """A property's text is a sentence; Napoleon takes what stands in its first line before a colon for a type."""
    if what == "property":
        lines[:0] = ["..", ""]  # an empty comment, to be the first line


def setup(app):
    app.connect("doctree-read", keep_units)
    app.connect("doctree-read", keep_options)
    app.connect("autodoc-process-docstring", keep_colons, priority=400)  # before Napoleon
