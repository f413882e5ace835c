"""Completion in each shell, and manual pages: made from the commands, so they name every one of them."""

import re
import shlex
import shutil
import subprocess

import pytest
from conftest import WINDOWS
from terminal import terminal_or_skip

pytestmark = pytest.mark.skipif(WINDOWS, reason="shells of Unix")


@pytest.fixture
def commands(tool):
    """The commands that the help lists."""
    return re.findall(r"^  (\w+) +", tool("--help").split("ommands:")[-1].split("\n\n")[0], re.MULTILINE)


def program_folder(tool):
    """A folder with a program daoshm for shells to start."""
    folder = tool.folder / "bin"
    folder.mkdir()
    (folder / "daoshm").write_text(f'#!/bin/sh\nexec {" ".join(tool.command)} "$@"\n')
    (folder / "daoshm").chmod(0o755)
    return folder


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_right_for_its_shell_and_names_every_command(tool, commands, shell):
    script = tool("completion", shell)
    assert len(commands) > 15 and all(re.search(rf"\b{command}\b", script) for command in commands)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tool.folder / "script").write_text(script)
    subprocess.run([shell, "-n", tool.folder / "script"], check=True, timeout=60)


def completions(tool, *words):
    """What bash offers for the last word."""
    (tool.folder / "script").write_text(tool("completion", "bash"))
    code = f"""
        . {tool.folder}/script
        COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
        _daoshm
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{program_folder(tool)}:{tool.environment['PATH']}"
    run = subprocess.run(
        ["bash", "-c", code], capture_output=True, text=True, check=True, cwd=tool.folder, timeout=60,
        env={**tool.environment, "PATH": path},
    )  # fmt: skip
    assert run.stderr == ""
    return run.stdout.splitlines()


HOSTILE = ["$(touch broken-in)", "`touch broken-in`", "a b", "it's", 'a "quoted" one', "back\\slash", "*", "~"]


def test_bash_takes_names_for_what_they_are(tool):
    """Others name their segments: nothing in a name is run, and no name is cut in two."""
    for name in HOSTILE:
        tool("create", tool.folder / f"{name}.im.shm", "4")
    (tool.folder / "my frames.npy").write_bytes(b"")
    found = completions(tool, "daoshm", "info", "")
    assert set(HOSTILE) <= set(found) and "my frames.npy" in found
    assert not (tool.folder / "broken-in").exists()


@pytest.mark.parametrize("typed", ["my fr", "my\\ fr", "'my fr", '"my fr'])
def test_bash_completes_a_name_with_a_space_however_it_is_typed(tool, typed):
    (tool.folder / "my frames.npy").write_bytes(b"")
    assert completions(tool, "daoshm", "set", "wfs", typed) == ["my frames.npy"]


def test_bash_completes_a_path(tool):
    tool("create", "abc", "4")
    assert completions(tool, "daoshm", "info", f"{tool.folder}/ab") == [f"{tool.folder}/abc.im.shm"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_commands_options_choices_and_segments(tool):
    tool("create", "abc", "4")
    path = f"{program_folder(tool)}:{tool.environment['PATH']}"
    (tool.folder / "script").write_text(tool("completion", "fish"))

    def complete(line):
        found = subprocess.run(
            ["fish", "--no-config", "-c", f"source {tool.folder}/script; complete -C '{line}'"],
            capture_output=True, text=True, check=True, timeout=60, cwd=tool.folder,
            env={**tool.environment, "PATH": path, "HOME": str(tool.folder)},
        )  # fmt: skip
        return [row.split("\t")[0] for row in found.stdout.splitlines()]

    assert sorted(complete("daoshm re")) == ["record", "relay", "repair", "replay"]
    assert complete("daoshm show abc --str") == ["--stretch"]
    assert "asinh" in complete("daoshm show --stretch ")
    assert "abc" in complete("daoshm info ")
    assert complete(f"daoshm info {tool.folder}/ab") == [f"{tool.folder}/abc.im.shm"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_commands_options_choices_and_segments(tool):
    tool("create", "abc", "4")
    path = f"{program_folder(tool)}:{tool.environment['PATH']}"
    (tool.folder / "_daoshm").write_text(tool("completion", "zsh"))
    with terminal_or_skip(tool) as terminal:
        terminal.tmux("send-keys", "-l", f"PATH={path} TMPDIR={tool.folder} HOME={tool.folder} PS1='> ' exec zsh -f")
        terminal.keys("Enter")
        terminal.tmux(
            "send-keys", "-l", f"fpath=({tool.folder} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy"
        )
        terminal.keys("Enter")
        terminal.wait_for("ready")

        def complete(line, expected):
            terminal.keys("C-u")
            terminal.tmux("send-keys", "-l", line)
            terminal.keys("Tab")
            terminal.wait_for(expected)

        complete("daoshm recor", "daoshm record")
        complete("daoshm show abc --stre", "--stretch")
        complete("daoshm show --stretch asi", "asinh")
        complete(f"daoshm info {tool.folder}/ab", "abc.im.shm")
        complete("daoshm info ab", "daoshm info abc")


def test_every_command_has_a_manual_page(tool, commands):
    overview = tool("manual")
    for command in commands:
        assert f"daoshm\\-{command} (1)" in overview
        page = tool("manual", command)
        assert page.startswith(f".TH DAOSHM\\-{command.upper()} 1 ")
        for option in re.findall(r"^  (?:-\w, ?)?(--[\w-]+)", tool(command, "--help"), re.MULTILINE):
            assert option.replace("-", "\\-") in page
    tool("manual", "nonsense", code=2)


def test_manual_pages_say_defaults_and_have_the_usual_sections(tool):
    record = tool("manual", "record")
    assert "\nDefault: 256\n" in record and ".SH EXAMPLES\n.nf\ndaoshm record wfs night.fits" in record
    assert "One of: uint8, int8" in tool("manual", "create") and "\nDefault: float32\n" in tool("manual", "create")
    assert ".SH EXIT STATUS\n.nf\n0    success\n" in tool("manual")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_manual_pages_have_no_mistakes_that_troff_knows(tool, commands):
    for command in ["", *commands]:
        page = tool("manual", *filter(None, [command]))
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stderr == ""
