"""What the tool says: errors, wrong usage, help, completion."""

import shlex
import subprocess

import numpy as np
import pytest
from conftest import WINDOWS


@pytest.mark.parametrize(
    "arguments,code,message",
    [
        (("create", "b", "0"), 2, "shape: '0'; expected one to three sizes from 1 to 4294967295, such as"),
        (
            ("create", "b", "4", "--mode", "9"),
            2,
            "--mode: '9'; expected octal digits from 1 to 777, such as 600 or 660",
        ),
        (("fill", "a", "256"), 1, "value: 256; expected one that uint8 can hold"),
        (("fill", "a", "many"), 2, "pattern: 'many'; expected a number or one of ramp, noise, spot, wave"),
        (("keyword", "a", "N", "x", "--type", "long"), 2, "N: 'x'; expected a 64-bit integer"),
        (("record", "a", "r.jpg"), 2, "r.jpg: file name ends in '.jpg'; expected one of .npy, .fits, .fit, .fts"),
        (("record", "a", "r.npy", "-t", "soon"), 2, "--time: 'soon'; expected a positive number with a unit"),
        (("save", "a", "r.npy", "--timeout", "1x"), 2, "--timeout: '1x'; expected a positive number with a unit"),
        (
            ("record", "a", "r.npy", "--timeout", "1e12h"),
            2,
            "--timeout: '1e12h'; expected a positive number with a unit, "
            "such as 10s, 500ms, 2min or 1h, from 1ns to 2500000h",
        ),
        (("keyword", "a", "N", "--type", "long"), 2, "--type: no value given; expected one to set as that type"),
        (("rm", "a", ""), 2, "segment: ''; expected a name, or a path that ends with one"),
        (("ls", ""), 2, "folder: ''; expected an existing folder"),
        (("doctor", "--stale", "-1h"), 2, "--stale: '-1h'; expected a positive number with a unit"),
        (("show", "a", "--size", "0x0"), 2, "--size: '0x0'; expected columns x rows, such as 80x24"),
        (("show", "a", "--size", "many"), 2, "--size: 'many'; expected columns x rows, such as 80x24"),
        (("show", "a", "--slice", "0"), 2, "--slice: 0; expected a segment with three axes, not uint8 4"),
        (("bench", "--folder", "none"), 2, "--folder: none: No such file or directory; expected a folder that exists"),
        (("set", "a", "wrong.npy"), 1, "wrong.npy: shape 3; expected that of a: 4"),
        (("set", "a", "wide.npy"), 1, "wide.npy: elements of type float64; expected a type of which"),
        (
            ("replay", "wrong.npy", "a"),
            2,
            "wrong.npy: no acquisition times in the file; expected a recording, or --rate",
        ),
    ],
)
def test_errors_name_the_thing_what_was_found_and_what_was_expected(tool, arguments, code, message):
    tool("create", "a", "4", "uint8")
    tool("fill", "a", 1)
    np.save(tool.folder / "wrong.npy", np.zeros(3, "uint8"))
    np.save(tool.folder / "wide.npy", np.zeros(4))
    tool(*arguments, code=code)
    assert tool.errors.startswith(f"daoshm: {message}")
    assert (tool.folder / "a.im.shm").exists()


@pytest.mark.parametrize(
    "line,message",
    [
        ("", "no command; expected one of daoshm --help"),
        ("nonsense", "'nonsense': no such command; expected one of daoshm --help"),
        ("nonsense --json", "'nonsense': no such command; expected one of daoshm --help"),
        ("--nonsense", "'--nonsense': no such option; expected one of daoshm --help"),
        ("ls --nonsense", "'--nonsense': no such option; expected one of daoshm ls --help"),
        ("bench --mode spin", "'--mode': no such option; expected one of daoshm bench --help"),
        ("info --nonsense", "'--nonsense': no such option; expected one of daoshm info --help"),
        ("show a b", "'b': one argument too many; expected those of daoshm show --help"),
        ("info", "segment: not given; expected as daoshm info --help says"),
        ("create a 4 float", "type: 'float'; expected one of uint8, int8, uint16"),
        ("completion csh", "shell: 'csh'; expected one of bash, zsh, fish"),
        ("watch a -n", "--lines: without its value; expected as daoshm watch --help says"),
        ("create a 4 --deth 4", "'--deth': no such option; expected one of daoshm create --help"),
        ("fill a spot --rate x --fames 3", "'--fames': no such option; expected one of daoshm fill --help"),
        ("show a --limits 3", "--limits: too few values; expected 2"),
        ("show a --limits 1 2 --limits 3 4", "--limits: 4 values; expected 2"),
        ("show a --size 9x9 --size=8x8", "--size: 2 values; expected 1"),
        ("help nonsense", "help: 'nonsense': no such command; expected one of daoshm --help"),
        ("top --interval nan", "--interval: 'nan'; expected a number from"),
    ],
)
def test_usage_errors_name_the_word(tool, line, message):
    tool(*line.split(), code=2)
    assert tool.errors.startswith(f"daoshm: {message}") and tool.errors.count("\n") == 1, tool.errors


@pytest.mark.parametrize(
    "line",
    ["create b 4 --mode", "publish a --keys", "publish a --clients", "publish a --bind", "publish a --topic",
     "subscribe host:a --server-key", "subscribe host:a --as", "relay host --subscriber-keys", "net ls --keys",
     "set a x.fits --hdu", "camera b --interface fake --name", "bench --folder"],
)  # fmt: skip
def test_the_empty_name_of_a_variable_that_is_not_set_is_no_option_left_out(tool, line):
    """A publisher whose keys were forgotten would be open to all."""
    tool("create", "a", "4")
    option = line.split()[-1]
    tool(*line.split(), "", code=2)
    assert tool.errors == f"daoshm: {option}: ''; expected a name, or the option left out\n"


def test_empty_text_is_text(tool):
    tool("create", "a", "4")
    tool("keyword", "a", "K", "", "--comment", "")
    assert tool.json("keyword", "a", "K")["comment"] == ""
    assert "a.im.shm" in tool("top", tool.folder, "--once", "--filter", "")


def test_help(tool):
    assert "Exit codes:" in tool("--help")
    assert tool("--version").startswith("daoshm ")
    for command in tool("--help").split("Subcommands:")[1].split("Examples:")[0].splitlines():
        if command.startswith("  ") and not command.startswith("   "):
            text = tool(command.split()[0], "--help")
            assert "Example" in text or "source" in text, command
            assert "{false}" not in text, command
            assert tool("help", command.split()[0]) == text
    assert tool("help") == tool("--help")


def test_completion_knows_commands_options_choices_and_segments(tool):
    tool("create", "abc", "4")
    script = tool.folder / "completion"
    script.write_text(tool("completion", "bash"))

    def complete(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        code = f"""
            daoshm() {{ {shlex.join(tool.command)} "$@"; }}
            . {script}
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            _daoshm
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        run = subprocess.run(
            ["bash", "-c", code], capture_output=True, text=True, env=tool.environment, check=True, cwd=tool.folder
        )
        return run.stdout.split()

    assert sorted(complete("daoshm", "re")) == ["record", "relay", "repair", "replay"]
    assert complete("daoshm", "show", "abc", "--str") == ["--stretch"]
    assert "asinh" in complete("daoshm", "show", "--stretch", "")
    assert (tool.name(tool.folder / "abc") if WINDOWS else "abc") in complete("daoshm", "info", "")
    assert complete("daoshm", "create", "x", "4", "complex") == ["complex64", "complex128"]
