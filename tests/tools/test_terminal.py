"""top and show on a real terminal, and what show draws with each protocol."""

import base64
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import WINDOWS, WINE
from terminal import terminal_or_skip
from timing import until

without_sequences = pytest.mark.skipif(WINE, reason="Wine's console prints control sequences as text")


@pytest.fixture
def terminal(tool):
    with terminal_or_skip(tool) as terminal:
        yield terminal


def three_segments(tool):
    tool("create", "wfs", "64x64", "uint16", "--depth", 8)
    tool("create", "slopes", "100", "float32")
    tool("create", "flat", "32x32", "float32")
    tool("fill", "flat", 1)
    writer = tool.start("fill", "wfs", "spot", "--rate", 100)
    tool.wait_for_frames("wfs", 5)
    return writer


def test_top_shows_sorts_filters_and_quits(tool, terminal):
    three_segments(tool)
    terminal.run("top", tool.folder, "--interval", 0.2)
    screen = terminal.wait_for("running")
    assert "3 segments" in screen and "SEGMENT▼" in screen and "q quit" in screen and "uint16" in screen
    names = re.findall(r"(\w+)\.im\.shm", screen)
    assert names == ["flat", "slopes", "wfs"]
    terminal.keys("r")
    assert re.findall(r"(\w+)\.im\.shm", terminal.wait_for("SEGMENT▲")) == ["wfs", "slopes", "flat"]
    terminal.keys("r", "s")
    terminal.wait_for("TYPE▼")
    terminal.keys("/", "w", "f", "s")
    terminal.wait_for("filter: wfs")
    terminal.wait_for("1 of 3 segments")
    terminal.keys("Enter")
    terminal.wait_for("filter 'wfs'")
    terminal.keys("Escape")
    terminal.wait_for("3 segments in")
    terminal.keys("p")
    terminal.wait_for("paused")
    terminal.keys("q")
    terminal.wait_for("exit=0")


def test_top_notices_new_replaced_and_removed_segments(tool, terminal):
    tool("create", "a", "8")
    terminal.run("top", tool.folder, "--interval", 0.2)
    terminal.wait_for("a.im.shm")
    tool("create", "b", "9")
    terminal.wait_for("b.im.shm")
    tool("create", "b", "5x5", "int8")
    terminal.wait_for("5x5")
    tool("rm", "a")
    terminal.wait_for("1 segment in")
    terminal.keys("C-c")
    terminal.wait_for("exit=0")


def test_top_fits_a_narrow_terminal(tool, terminal):
    three_segments(tool)
    terminal.tmux("resize-window", "-x", "50", "-y", "10")
    terminal.run("top", tool.folder)
    screen = terminal.wait_for("running")
    assert all(len(line) <= 50 for line in screen.splitlines()) and "RATE" in screen
    terminal.keys("q")
    terminal.wait_for("exit=0")


@pytest.mark.parametrize("columns", [8, 20, 35, 60])
def test_top_cuts_its_lines_at_the_right_edge(tool, terminal, columns):
    """Curses goes on in the next line, where something else is."""
    three_segments(tool)
    terminal.tmux("resize-window", "-x", str(columns), "-y", "12")
    terminal.run("top", tool.folder, "--filter", "shm", "--sort", "depth", "--reverse")
    terminal.wait_for("Hz" if columns > 8 else "q quit"[:columns])
    screen = terminal.screen()
    lines = screen.split("\n")
    assert lines[0].startswith("daoshm top"[:columns]) and lines[1].startswith("SEGMENT"), screen
    assert all("shm" in line for line in lines[2:5]) and not "".join(lines[5:10]).strip(), screen
    assert columns < 60 or " by depth reversed" in lines[0], "what it is sorted by is shown"
    terminal.keys("q")
    assert ("UTC" in lines[0]) == (columns > 24), screen


def test_a_character_of_several_bytes_is_removed_from_the_filter_whole(tool, terminal):
    three_segments(tool)
    terminal.run("top", tool.folder)
    terminal.wait_for("3 segments")
    terminal.keys("/", "w", "é")
    terminal.wait_for("filter: wé")
    terminal.keys("BSpace")
    assert "\\x" not in terminal.wait_for("filter: w▏")
    terminal.keys("Escape", "q")


@pytest.mark.skipif(WINDOWS, reason="the console needs no description")
def test_an_unknown_terminal_has_the_size_that_it_has(tool, terminal):
    three_segments(tool)
    terminal.tmux("resize-window", "-x", "44", "-y", "20")
    terminal.run("show", "wfs", TERM="nonsense", COLUMNS="")
    screen = terminal.wait_for("exit=0")
    assert max(len(line.rstrip()) for line in screen.splitlines() if "▀" in line) <= 44 and screen.count("min ") == 1


@pytest.mark.skipif(WINDOWS, reason="the console needs no description")
@pytest.mark.parametrize("name", ["nonsense", "dumb", ""])
def test_top_says_what_to_do_on_a_terminal_that_it_cannot_use(tool, terminal, name):
    terminal.run("top", TERM=name)
    screen = terminal.wait_for("exit=1")
    assert "TERM=xterm-256color" in screen.replace("\n", "") and f"'{name}'" in screen


@without_sequences
@pytest.mark.parametrize("columns", [30, 60, 80])
@pytest.mark.parametrize("limit", [["-n", 3000], ["-t", "30s"], []], ids=["frames", "time", "none"])
def test_progress_keeps_to_one_line(tool, terminal, columns, limit):
    three_segments(tool)
    terminal.tmux("resize-window", "-x", str(columns), "-y", "20")
    terminal.keys("clear", "Enter")
    terminal.run("record", "wfs", tool.folder / "r.fits", *limit, "--force")
    seen = set()

    def look():
        lines = [line for line in terminal.screen().splitlines() if line.startswith("recording")]
        assert len(lines) <= 1, lines
        seen.update(lines)
        return len(seen) >= 3

    until(look, terminal.screen)
    assert len(seen) == 3 and all(("%" in line) == bool(limit) for line in seen), (seen, terminal.screen())
    terminal.keys("C-c")
    terminal.wait_for("exit=")


def test_top_without_a_terminal_is_an_error(tool):
    tool("top", code=2)
    assert "terminal" in tool.errors and "ls" in tool.errors


@without_sequences
def test_show_draws_colours_on_a_terminal(tool, terminal):
    tool("create", "a", "16x16", "float32")
    tool("fill", "a", "spot")
    terminal.run("show", "a")
    terminal.wait_for("exit=0")
    screen = terminal.screen(colours=True)
    assert "▀" in screen and len(set(re.findall(r"38;5;\d+", screen))) > 10
    assert "viridis" in screen


@without_sequences
def test_show_watch_is_live_and_ends_on_ctrl_c(tool, terminal):
    three_segments(tool)
    terminal.run("show", "wfs", "--watch", "--fps", 20)
    first = re.search(r"frame (\d+)", terminal.wait_for("frame ")).group(1)
    until(lambda: re.search(r"frame (\d+)", terminal.screen()).group(1) != first, "another picture")
    terminal.keys("C-c")
    terminal.wait_for("exit=0")


def assert_shell_works(terminal):
    """The cursor is seen, no other screen hides what was there, and what is typed is seen and taken line by line."""
    assert terminal.state("cursor_flag") == "1" and terminal.state("alternate_on") == "0"
    terminal.tmux("send-keys", "-l", "stty -a | tr ';' '\\n' | grep -o ' icanon\\|[ -]echo ' | paste -sd. ")
    terminal.keys("Enter")
    terminal.wait_for(" icanon. echo")


def clear(terminal):
    mark = f"{time.monotonic_ns():X}"  # that of an earlier time may still be seen
    terminal.tmux("send-keys", "-l", f"stty sane; clear; echo cleared {mark} | tr a-z A-Z")
    terminal.keys("C-j")  # Enter does not end a line of a terminal that is as the tool wants it
    until(lambda: re.match(rf"\s*CLEARED {mark}", terminal.screen()), terminal.screen)


@pytest.mark.skipif(WINDOWS, reason="Windows stops no process")
@pytest.mark.parametrize("how", ["key", "signal"])
@pytest.mark.parametrize(
    "command",
    [["top", "."], ["show", "wfs", "--watch"], ["watch", "wfs"], ["record", "wfs", "r.fits"]],
    ids=lambda c: c[0],
)
def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(tool, terminal, command, how):
    """SIGSTOP cannot be noticed: the shell brings the terminal in order, and the tool does afterwards."""
    three_segments(tool)
    terminal.keys(f"cd {tool.folder}", "Enter")
    shown = {"top": "wfs.im.shm", "show": "min ", "watch": "running", "record": "frames"}[command[0]]
    terminal.run(*command)
    for _ in range(2):
        terminal.wait_for(shown)
        if how == "key":
            terminal.keys("C-z")
            terminal.wait_for("Stopped")
            assert_shell_works(terminal)
        else:
            shell = terminal.state("pane_pid")
            os.kill(int(Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0]), signal.SIGSTOP)
            terminal.wait_for("Stopped")
        clear(terminal)
        terminal.tmux("send-keys", "-l", "fg; echo ended=$?")
        terminal.keys("Enter")
    terminal.wait_for(shown)
    terminal.keys("C-c")
    terminal.wait_for("ended=0" if command[0] != "record" else "ended=")
    assert_shell_works(terminal)


@pytest.mark.skipif(WINDOWS, reason="Windows has no such key")
@pytest.mark.parametrize("command", [["top", "."], ["show", "wfs", "--watch"]], ids=lambda c: c[0])
def test_ctrl_backslash_gives_the_terminal_back(tool, terminal, command):
    three_segments(tool)
    terminal.keys(f"cd {tool.folder}", "Enter")
    terminal.run(*command)
    terminal.wait_for({"top": "wfs.im.shm", "show": "min "}[command[0]])
    terminal.keys("C-\\")
    terminal.wait_for("exit=0")
    assert_shell_works(terminal)


def test_no_color_is_respected(tool, terminal):
    tool("create", "a", "16x16", "float32")
    tool("fill", "a", "spot")
    terminal.run("show", "a", NO_COLOR="1")
    terminal.wait_for("exit=0")
    screen = terminal.screen(colours=True)
    assert "█" in screen and "38;" not in screen


def half_block_pixels(text):
    """The pixels that half blocks with 24-bit colours show, as rows of (red, green, blue)."""
    rows = []
    for line in text.splitlines():
        if "▀" not in line or "linear" in line:
            continue
        upper, lower, top, bottom = [], [], None, None
        for code, block in re.findall(r"\033\[([\d;]*)m|(▀)", line):
            if block:
                upper.append(top)
                lower.append(bottom)
            elif code.startswith("38;2;"):
                top = tuple(map(int, code.split(";")[2:]))
            elif code.startswith("48;2;"):
                bottom = tuple(map(int, code.split(";")[2:]))
        rows += [upper, lower]
    return rows


def grey_image(tool):
    image = np.arange(64, dtype="uint8").reshape(8, 8) * 4
    np.save(tool.folder / "image.npy", image)
    tool("set", "a", "image.npy", "--create")
    return image, np.rint(255 * (image / image.max())).astype(int)


def test_half_blocks_show_every_pixel(tool):
    _, expected = grey_image(tool)
    text = tool("show", "a", "--colours", "24bit", "--map", "grey", "--size", "8x8")
    pixels = np.array(half_block_pixels(text))
    assert pixels.shape == (8, 8, 3)
    assert (np.abs(pixels[..., 0] - expected) <= 1).all() and (pixels[..., 0] == pixels[..., 2]).all()
    flipped = np.array(
        half_block_pixels(tool("show", "a", "--colours", "24bit", "--map", "grey", "--size", "8x8", "--flip"))
    )
    assert (flipped == pixels[::-1]).all()


def test_kitty_carries_every_pixel(tool):
    _, expected = grey_image(tool)
    text = tool("show", "a", "--graphics", "kitty", "--map", "grey")
    chunks = re.findall(r"\033_G([^;]*);([^\033]*)\033\\", text)
    assert "s=8,v=8" in chunks[0][0] and chunks[-1][0].endswith("m=0")
    pixels = np.frombuffer(base64.b64decode("".join(data for _, data in chunks)), "uint8").reshape(8, 8, 3)
    assert (np.abs(pixels[..., 1].astype(int) - expected) <= 1).all()


def sixel_pixels(text):
    """Decode sixel graphics into palette levels (percent of red), for each pixel."""
    body = re.search(r"\033P[\d;]*q(.*?)\033\\", text, re.DOTALL).group(1)
    width, height = map(int, re.match(r'"1;1;(\d+);(\d+)', body).groups())
    levels = {int(i): int(red) for i, red in re.findall(r"#(\d+);2;(\d+);\d+;\d+", body)}
    image = np.full((height, width), -1)
    x = top = colour = 0
    tokens = re.findall(r"#\d+;2;\d+;\d+;\d+|#\d+|!\d+.|\$|-|[?-~]", body[body.index("#") :])
    for token in tokens:
        if ";" in token:
            continue
        if token[0] == "#":
            colour = levels[int(token[1:])]
        elif token == "$":
            x = 0
        elif token == "-":
            x, top = 0, top + 6
        else:
            count = int(token[1:-1]) if token[0] == "!" else 1
            for row in range(6):
                if (ord(token[-1]) - 63) >> row & 1:
                    image[top + row, x : x + count] = colour
            x += count
    return image


def test_sixel_carries_every_pixel(tool):
    image, _ = grey_image(tool)
    pixels = sixel_pixels(tool("show", "a", "--graphics", "sixel", "--map", "grey", "--size", "16x12"))
    height, width = pixels.shape
    assert height == width and height % 8 == 0 and (pixels >= 0).all()
    blocks = pixels.reshape(8, height // 8, 8, width // 8).mean(axis=(1, 3))
    assert (np.abs(blocks - image / image.max() * 100) <= 2).all()


@pytest.mark.parametrize("stretch", ["linear", "log", "sqrt", "asinh", "percentile"])
@pytest.mark.parametrize("colour_map", ["viridis", "grey", "heat", "balance", "helix"])
def test_stretches_and_maps_differ(tool, stretch, colour_map):
    tool("create", "a", "16x16", "float32")
    tool("fill", "a", "spot")
    plain = tool("show", "a", "--colours", "24bit", "--size", "16x16")
    other = tool("show", "a", "--colours", "24bit", "--size", "16x16", "--stretch", stretch, "--map", colour_map)
    assert (half_block_pixels(plain) != half_block_pixels(other)) == ((stretch, colour_map) != ("linear", "viridis"))


def test_show_curves_slices_complex_and_nan(tool):
    tool("create", "line", "200")
    tool("fill", "line", "wave", "--low", -2, "--high", 3)
    text = tool("show", "line")
    assert "⠀" in text and "200" in text and "199" in text and "min -2" in text
    cube = np.stack([np.full((4, 4), value, "float32") for value in (1, 2, 3)])
    np.save(tool.folder / "cube.npy", cube)
    tool("set", "cube", "cube.npy", "--create")
    assert "min 3  mean 3" in tool("show", "cube", "--slice", 2) and "slice 2" in tool("show", "cube", "--slice", 2)
    tool("show", "cube", "--slice", 3, code=2)
    np.save(tool.folder / "complex.npy", np.full((4, 4), 3 - 4j, "complex64"))
    tool("set", "c", "complex.npy", "--create")
    for part, value in (("abs", "5"), ("real", "3"), ("imag", "-4"), ("phase", "-0.9273")):
        assert f"mean {value} " in tool("show", "c", "--part", part)
    image = np.ones((4, 4), "float32")
    image[0, 0], image[3, 3] = np.nan, 2
    np.save(tool.folder / "nan.npy", image)
    tool("set", "n", "nan.npy", "--create")
    pixels = half_block_pixels(tool("show", "n", "--colours", "24bit", "--size", "4x6"))
    assert pixels[0][0] == (90, 0, 90) and (90, 0, 90) not in pixels[3]
