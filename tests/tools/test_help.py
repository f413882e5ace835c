"""Completion in each shell, and manual pages: made from the commands, so they name every one of them."""

import re
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
    assert str(tool.folder / "abc.im.shm") in complete("daoshm info ")


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


def test_every_command_has_a_manual_page(tool, commands):
    overview = tool("manual")
    for command in commands:
        assert f"daoshm\\-{command} (1)" in overview
        page = tool("manual", command)
        assert page.startswith(f".TH DAOSHM\\-{command.upper()} 1 ")
        for option in re.findall(r"^  (?:-\w, ?)?(--[\w-]+)", tool(command, "--help"), re.MULTILINE):
            assert option.replace("-", "\\-") in page
    tool("manual", "nonsense", code=2)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_manual_pages_have_no_mistakes_that_troff_knows(tool, commands):
    for command in ["", *commands]:
        page = tool("manual", *filter(None, [command]))
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stderr == ""
