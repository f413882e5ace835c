"""The code blocks of the documentation, and programs made of them."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a page shows but does not run is `console` (other tests run it, or it changes the machine) or has no language.
SHOWN = {"", "console", "json", "text"}
RUN = {"sh", "python", "c", "cpp", "cmake"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$|^<!-- run\n(.*?)^-->$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str  # "sh" also for what is not shown: <!-- run ... -->
    code: str
    line: int


def pages():
    """All that people read; not those that only Sphinx does."""
    found = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/guide").glob("*.md")]
    others = ("index.md", "wire.md", "network.md")  # the network's tests run these
    return sorted(page for page in found if page.name not in others)


def blocks_of(page):
    text = page.read_text()
    return [
        Block("sh" if match[3] is not None else match[1], match[3] or match[2], text[: match.start()].count("\n") + 1)
        for match in FENCE.finditer(text)
    ]


C_AROUND = """
#define _GNU_SOURCE
#include <dao.h>
#include <stdio.h>
#include <string.h>
static int uses;
static void use(const float *frame) { (void)frame; if (++uses % 3 == 0) daoShmInterrupt(); }
static void fill(void *slot) { memset(slot, 0, 4); }
"""
CPP_AROUND = """
#include <daoShm.hpp>
#include <chrono>
#include <iostream>
#include <numeric>
static int uses;
template <typename... What> void use(const What &...) { if (++uses % 3 == 0) daoShmInterrupt(); }
"""


def fragments_program(blocks, language):
    """One program of the fragments of a page: each in a scope inside that of the one before, whose names it sees."""
    around = C_AROUND if language == "c" else CPP_AROUND
    includes, body, opened = [], [], 0
    for block in blocks:
        if "int main(" in block.code:
            continue
        lines = block.code.splitlines()
        includes += [line for line in lines if line.startswith("#include")]
        opened += 1
        body.append("{" + f"\n#line {block.line + 1}\n")
        body += [line if not line.startswith("#include") else "" for line in lines]
        body.append("(void)0;")
    if not body:
        return None
    closing = "}" * opened
    code = "\n".join(body)
    return "\n".join([around, *includes, f"int main(void)\n{{\n{code}\n{closing}\nreturn 0;\n}}\n"])


def page_script(blocks, page):
    """A Python program that runs the shell and Python blocks of a page one after the other."""
    steps = [(block.language, block.code, block.line) for block in blocks if block.language in ("sh", "python")]
    return textwrap.dedent(
        f"""
        import subprocess
        names = {{"__name__": "__main__"}}
        for language, code, line in {steps!r}:
            if language == "python":
                exec(compile("\\n" * line + code, {str(page)!r}, "exec"), names)
            else:
                done = subprocess.run(["bash", "-euc", code], text=True, capture_output=True, timeout=120)
                print(done.stdout)
                if done.returncode != 0:
                    raise SystemExit(f"{page}:{{line}}: exit code {{done.returncode}}\\n{{done.stderr}}")
        """
    )


def relative(page: Path):
    return str(page.relative_to(ROOT))
