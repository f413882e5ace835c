"""How waits end: Ctrl-C at any moment, and segments that are removed or replaced meanwhile."""

import itertools
import json
import random
import signal
import time

import numpy as np
import pytest
from conftest import EMULATOR, WINE
from terminal import terminal_or_skip
from timing import PATIENCE_S, Lateness, until

HOUR = "1h"
# Waits without a limit, or with one that no test reaches; the exit code of each after Ctrl-C.
ENDLESS = [
    (("record", "a", "FILE"), 0),
    (("save", "a", "FILE", "--next", "--timeout", HOUR), 130),
    (("show", "a", "--watch"), 0),
    (("watch", "a", "--interval", 3600), 0),
    (("watch", "a", "--interval", 3600, "--wait", "spin"), 0),
    (("watch", "a", "--interval", 3600, "--wait", "adaptive"), 0),
]


def ended_after(process, number):
    """Send the signal; returns the exit code and the seconds until the end, without what the machine was late."""
    with Lateness() as late:
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_S)
        return process.returncode, late.punctual_s()


@pytest.mark.skipif(bool(EMULATOR), reason="an emulator takes signals for itself while it starts")
@pytest.mark.parametrize("frames", [False, True], ids=["no frames", "frames at 2 kHz"])
def test_a_signal_at_any_moment_ends_a_wait(tool, frames):
    tool("create", "a", "4", "--depth", 4)
    tool("fill", "a", 1)
    if frames:
        tool.start("fill", "a", "ramp", "--rate", 2000)
        tool.wait_for_frames("a", 10)
    dice = random.Random(5)
    took = []
    longest_s = 0.02
    for turn in range(100):
        arguments, code = ENDLESS[turn % len(ENDLESS)]
        process = tool.start(*(f"{turn}.npy" if word == "FILE" else word for word in arguments))
        time.sleep(dice.uniform(0, longest_s))
        number = dice.choice([signal.SIGINT, signal.SIGTERM])
        ended, seconds = ended_after(process, number)
        # Before the program is prepared for it, the signal ends it; a save of a frame may have been done.
        assert ended in (code, -number, 4, 0), (arguments, ended)
        if ended == code:
            took.append(seconds)
        # On any machine some signals come before the program is prepared, and some after.
        longest_s = min(longest_s * (1.3 if ended == -number else 0.9), 5)
    assert len(took) > 10
    # The longest is not limited here: other tests run at the same time.
    assert sorted(took)[len(took) // 2] < 0.2, sorted(took)


@pytest.mark.skipif(bool(EMULATOR), reason="an emulator takes signals for itself while it starts")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["fill", "replay"])
def test_a_signal_ends_a_pause_between_two_frames(tool, command, number):
    """However long it is: the next frame is due in a minute, or after any test has given up."""
    tool("create", "a", "4", "--depth", 4)
    np.save(tool.folder / "three.npy", np.zeros((3, 4), "float32"))
    for rate in 0.016, 0.0001:
        before = tool.frames_in("a")
        arguments = ["fill", "a", 1] if command == "fill" else ["replay", "three.npy", "a", "--loop"]
        process = tool.start(*arguments, "--rate", rate)
        tool.wait_for_frames("a", before + 1)
        process.send_signal(number)
        process.communicate(timeout=45)
        assert process.returncode == 0
        assert tool.frames_in("a") == before + 1


@pytest.mark.skipif(bool(EMULATOR), reason="an emulator takes signals for itself while it starts")
def test_a_signal_ends_an_info_that_measures(tool):
    tool("create", "a", "4")
    process = tool.start("info", "a", "--interval", 60)
    tool.wait_until_it_takes_signals(process)
    code, output, _ = tool.interrupt(process, timeout=45)
    assert code == 130 and "state" in output


def test_record_ends_with_what_it_has_when_the_segment_is_removed(tool):
    tool("create", "a", "4", "float32", "--depth", 16)
    recorder = tool.start("record", "a", "r.npy", "--json")
    tool.wait_for_file("r.npy")
    tool("fill", "a", "ramp", "--frames", 7)
    tool("rm", "a", "--force")
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    report = json.loads(output)
    assert recorder.returncode == 1 and "recording ended after 7 frames" in errors and "removed" in errors
    assert report["frames"] == 7 and report["end"] == "failed" and "removed" in report["problem"]
    assert (np.load(tool.folder / "r.npy")[:, 0] == np.arange(7)).all()


def test_record_ends_with_what_it_has_when_the_segment_is_replaced(tool):
    tool("create", "a", "4", "float32", "--depth", 16)
    recorder = tool.start("record", "a", "r.npy", "--json")
    tool.wait_for_file("r.npy")
    tool("fill", "a", "ramp", "--frames", 3)
    tool("create", "a", "5", "float32", "--depth", 16)
    tool("fill", "a", "ramp", "--frames", 9)
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    assert recorder.returncode == 1 and "another segment has taken the name" in errors
    assert json.loads(output)["frames"] == 3 and np.load(tool.folder / "r.npy").shape == (3, 4)


@pytest.mark.parametrize("command", [["fill", "a", 1, "--rate", 50], ["replay", "r.npy", "a", "--rate", 50, "--loop"]])
def test_writers_end_when_their_segment_is_removed(tool, command):
    np.save(tool.folder / "r.npy", np.zeros((5, 4), "float32"))
    tool("create", "a", "4", "float32")
    writer = tool.start(*command)
    tool.wait_for_frames("a", 3)
    tool("rm", "a", "--force")
    _, errors = writer.communicate(timeout=PATIENCE_S)
    assert writer.returncode == 1 and "removed" in errors


@pytest.mark.skipif(WINE, reason="Wine may still find the name of a file that was removed")
def test_save_says_that_the_segment_is_removed(tool):
    tool("create", "a", "4")
    saver = tool.start("save", "a", "x.npy", "--next", "--timeout", HOUR)
    tool.wait_until_open("a", saver)
    tool("rm", "a", "--force")
    _, errors = saver.communicate(timeout=PATIENCE_S)
    assert saver.returncode == 1 and "removed" in errors and not (tool.folder / "x.npy").exists()


def test_watch_says_replaced_and_removed(tool):
    tool("create", "a", "4", "float32", "--depth", 8)
    watch = tool.start("watch", "a", "--interval", 0.2)
    lines = tool.start("watch", "a", "--interval", 0.2, "--json")
    reports = [json.loads(lines.stdout.readline())]
    seen = [watch.stdout.readline() for _ in range(2)]  # the title and the first interval
    tool("create", "a", "3x3", "int64", "--depth", 8)
    tool("fill", "a", 2, "--frames", 5)

    def one_more():
        reports.append(json.loads(lines.stdout.readline()))
        return reports[-1]

    until(lambda: one_more() and sum(line["frames"] for line in reports) >= 5, "5 frames")
    until(lambda: one_more()["frames"] == 0 and len(reports) > 5, "nothing more")
    assert sum(line["replaced"] for line in reports) == 1 and sum(line["frames"] for line in reports) == 5
    assert sum(line["missed"] for line in reports) == 0
    until(lambda: seen.append(watch.stdout.readline()) or "replaced, following" in seen[-1], "the word of it")
    tool("rm", "a", "--force")
    output = "".join(seen) + watch.stdout.read()
    assert watch.wait(timeout=PATIENCE_S) == 1 and "removed" in watch.stderr.read()
    assert output.count("replaced, following") == 1
    lines.stdout.read()
    assert lines.wait(timeout=PATIENCE_S) == 1 and "removed" in lines.stderr.read()


@pytest.mark.skipif(WINE, reason="Wine's console prints control sequences as text")
def test_show_says_replaced_and_removed(tool):
    with terminal_or_skip(tool) as terminal:
        tool("create", "a", "8x8", "uint8")
        tool("fill", "a", 5)
        terminal.run("show", "a", "--watch", "--fps", 30)
        terminal.wait_for("frame 1")
        tool("create", "a", "9x9", "float32")
        assert "9x9  replaced, following" in terminal.wait_for("replaced, following")
        tool("fill", "a", 3)
        screen = terminal.wait_for("frame 1")
        assert "float32 9x9" in screen and "replaced, following" in screen
        tool("rm", "a", "--force")
        assert "removed" in terminal.wait_for("exit=1")


def test_top_shows_once_what_was_replaced_or_removed(tool):
    with terminal_or_skip(tool) as terminal:
        tool("create", "a", "8")
        tool("create", "b", "8")
        terminal.run("top", tool.folder, "--interval", 1.5)
        terminal.wait_for("2 segments")
        lengths = itertools.count(9)
        replace = lambda: tool("create", "b", next(lengths))  # noqa: E731
        assert terminal.wait_for_a_moment(replace, "replaced").count(".im.shm") == 2

        def remove():
            tool("create", "a", "8")
            terminal.wait_for("2 segments")
            tool("rm", "a")

        assert terminal.wait_for_a_moment(remove, "removed").count(".im.shm") == 2
        screen = terminal.wait_for("1 segment in")
        assert "removed" not in screen
        terminal.keys("q")
        terminal.wait_for("exit=0")


@pytest.mark.parametrize("depth", [1, 2])
def test_no_torn_frame_is_recorded(tool, depth):
    """Two writers of different constants, flat out: a torn frame has both."""
    tool("create", "a", "1024x1024", "float32", "--depth", depth)
    for value in (1, 2):
        tool.start("fill", "a", value, "--frames", 10**9)
    tool.wait_for_frames("a", 10)
    names = (f"r{number}.npy" for number in itertools.count())

    def times_outrun():
        name = next(names)
        recorder = tool.start("record", "a", name, "--json", "--time", "2s", "--timeout", "3s", "--buffer", 64)
        output, errors = recorder.communicate(timeout=PATIENCE_S)
        report = json.loads(output)
        data = np.load(tool.folder / name, mmap_mode="r") if report["frames"] else []  # without a frame, no file
        assert len(data) == report["frames"] and recorder.returncode in (0, 3, 4), errors
        assert all(frame.min() == frame.max() for frame in data)
        if report["frames"]:
            table = json.loads((tool.folder / f"{name}.json").read_text())
            assert (np.diff(table["cnt0"]) == np.asarray(table["missed"][1:]) + 1).all(), "none is lost without a word"
            assert sum(table["missed"]) == report["missed"]
        return report["outrun"]

    until(lambda: times_outrun() > 0 or depth > 1, "a frame that was written over while it was read")


def test_create_exclusive_has_one_winner(tool):
    makers = [tool.start("create", "a", "4", "--exclusive") for _ in range(5)]
    errors = [maker.communicate(timeout=PATIENCE_S)[1] for maker in makers]
    codes = sorted(maker.returncode for maker in makers)
    assert codes == [0, 1, 1, 1, 1]
    assert sum("the name is taken" in text for text in errors) == 4
    tool("fill", "a", 1)
    tool("create", "a", "4", "--exclusive", code=1)
    assert tool.json("info", "a")["cnt0"] == 1
    (tool.folder / "text.im.shm").write_text("no segment")
    tool("create", "text", "4", "--exclusive", code=1)
    assert (tool.folder / "text.im.shm").read_text() == "no segment"
