"""Every code block of the documentation runs: DAO_BUILD names a build with daoshm, this Python has the package."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import ROOT, RUN, SHOWN, blocks_of, fragments_program, page_script, pages, relative

from daoShm import location

sys.path.append(str(ROOT / "python/tests/helpers"))
from scratch import ScratchFolder

BUILD = Path(os.environ["DAO_BUILD"]).resolve()
COLUMNS = 103
WRITER = """
import sys, time, numpy
from daoShm import shm
while True:
    try:
        segment = shm(sys.argv[1])
        segment.set_data(numpy.ones(segment.shape, segment.dtype))
    except (OSError, ValueError):
        pass
    time.sleep(0.002)
"""


@pytest.fixture
def folder():
    """Short, in memory, and with what the pages take for granted."""
    scratch = ScratchFolder()
    path = scratch.path
    for name in ("my_program.c", "loop.c"):
        (path / name).write_text("#include <dao.h>\nint main(void) { return daoVersion() == NULL; }\n")
    (path / "my_program.cpp").write_text("#include <daoShm.hpp>\nint main() { return Dao::Shape{1}.empty(); }\n")
    (path / "daoShm").symlink_to(ROOT)
    yield path
    scratch.close()


@pytest.fixture
def environment(folder):
    programs = folder / "bin"
    programs.mkdir()
    for name in ("python", "python3"):
        (programs / name).symlink_to(sys.executable)
    return {
        **os.environ, "TMPDIR": str(folder), "HOME": str(folder), "PKG_CONFIG_PATH": location.pkg_config_folder(),
        "PATH": f"{Path(sys.executable).parent}:{BUILD}/tools/daoshm:{os.environ['PATH']}",
    }  # fmt: skip


def private(code, folder):
    """The same with files of /tmp and /dev/shm in the test's folder."""
    return re.sub(r"/(tmp|dev/shm)/(?=[\w.])", f"{folder}/", code)


def run(command, folder, environment, timeout=240):
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_pages_have_blocks_of_known_languages_only():
    unknown = [
        f"{relative(page)}:{block.line}: {block.language}"
        for page in pages()
        for block in blocks_of(page)
        if block.language not in RUN | SHOWN
    ]
    assert not unknown and sum(len(blocks_of(page)) for page in pages()) > 40


def shown_lines():
    """All lines of code that people read, those that no test runs too."""
    return [
        (relative(page), line)
        for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for code in re.findall(r"^```\w*\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
        for line in code.splitlines()
    ]


def test_code_fits_the_column_of_the_site():
    """So that nobody has to scroll in it: what is visible beside the contents of a page, and at GitHub."""
    assert not [f"{page}: {line}" for page, line in shown_lines() if len(line) > COLUMNS]


def test_no_line_hides_that_it_fails():
    assert not [f"{page}: {line}" for page, line in shown_lines() if re.search(r"\|\| *(true|:)(\s|$)", line)]


def help_of(*command):
    return run([BUILD / "tools/daoshm/daoshm", *command, "--help"], ROOT, os.environ)


def options_in(text):
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))


def test_commands_of_daoshm_and_their_options_are_those_that_it_has():
    """Those in sentences too, and in what no test runs."""
    listed = help_of().split("ommands:")[-1].split("\n\n")[0]
    known = {command: options_in(help_of(command)) for command in re.findall(r"^  (\w+) +", listed, re.MULTILINE)}
    called = re.compile(r"\bdaoshm (?!daoshm )([a-z]+)((?: [^`\n|;#&]*)?)")  # an image of that name may stand before
    wrong = [f"{page}: {line}" for page, line in shown_lines() for word, _ in called.findall(line) if word not in known]
    for page in [ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]:
        for command, rest in called.findall(page.read_text()):
            unknown = options_in(rest) - known.get(command, options_in(rest))
            wrong += [f"{relative(page)}: daoshm {command} {option}" for option in unknown]
    assert len(known) > 15 and not wrong


def pages_with(*languages):
    return [relative(page) for page in pages() if any(block.language in languages for block in blocks_of(page))]


@pytest.mark.parametrize("page", pages_with("sh", "python"))
def test_shell_and_python_blocks_run_one_after_the_other(page, folder, environment):
    script = folder / "page.py"
    script.write_text(private(page_script(blocks_of(ROOT / page), page), folder))
    run([sys.executable, script], folder, environment)


def compile_and_run(code, language, folder, environment):
    run(["daoshm", "create", "wfs", "128x128", "float32", "--depth", "4"], folder, environment)
    run(["daoshm", "fill", "wfs", "1"], folder, environment)
    source = folder / f"page.{language}"
    source.write_text(private(code, folder))
    compiler = ["cc", "-std=c11"] if language == "c" else ["c++", "-std=c++17"]
    flags = [f"-I{ROOT}/include", f"-L{BUILD}/src", f"-Wl,-rpath,{BUILD}/src", "-Wall", "-Werror", "-Wno-unused"]
    run([*compiler, source, "-o", folder / "page", *flags, "-ldao"], folder, environment)
    segment = folder / "example.im.shm"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, segment], env=environment)
    try:
        run([folder / "page"], folder, environment, timeout=60)
    finally:
        writer.kill()
        writer.wait()


@pytest.mark.parametrize("language", ["c", "cpp"])
@pytest.mark.parametrize("page", pages_with("c", "cpp"))
def test_c_and_cpp_blocks_compile_and_run(page, language, folder, environment):
    blocks = [block for block in blocks_of(ROOT / page) if block.language == language]
    fragments = fragments_program(blocks, language)
    whole = [block.code for block in blocks if "int main(" in block.code]
    if not fragments and not whole:
        pytest.skip(f"no {language} on this page")
    if fragments:
        compile_and_run(fragments, language, folder, environment)
    for code in whole:
        include = "#include <stdio.h>\n" if language == "c" else ""
        loops = "while (" in code  # it reads until it is interrupted: compiled only
        if loops:
            code = code.replace("while (", "while (false && ")
        compile_and_run(include + code, language, folder, environment)


def test_the_c_of_the_network_s_guide_is_valid(folder, environment):
    """It needs another machine; python/tests runs the same in Python."""
    blocks = [block for block in blocks_of(ROOT / "docs/guide/network.md") if block.language == "c"]
    (folder / "page.c").write_text(fragments_program(blocks, "c"))
    flags = ["-std=c11", "-Wall", "-Werror", "-Wno-unused", f"-I{ROOT}/include"]
    run(["cc", "-fsyntax-only", *flags, folder / "page.c"], folder, environment)


@pytest.mark.parametrize("page", pages_with("cmake"))
def test_cmake_blocks_configure(page, folder, environment):
    for number, block in enumerate(block for block in blocks_of(ROOT / page) if block.language == "cmake"):
        project = folder / f"project{number}"
        project.mkdir()
        (project / "daoShm").symlink_to(ROOT)
        head = (
            "cmake_minimum_required(VERSION 3.22)\nproject(page LANGUAGES C CXX)\nadd_executable(my_program main.cpp)\n"
        )
        (project / "CMakeLists.txt").write_text(head + block.code)
        (project / "main.cpp").write_text("#include <dao.h>\nint main() { return daoVersion() == nullptr; }\n")
        run(
            ["cmake", "-S", project, "-B", project / "b", f"-DCMAKE_PREFIX_PATH={location.prefix()}"],
            folder,
            environment,
        )
