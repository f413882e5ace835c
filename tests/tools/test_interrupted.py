"""Recordings that are stopped or killed, or whose file goes away: real frames with their times are left, or nothing."""

import json
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS
from recordings import (
    ENDINGS,
    assert_real,
    contents,
    files_of,
    killed_recording,
    names,
    rows_of,
    wait_for_rows,
    wait_for_size,
)
from timing import PATIENCE_S

pytestmark = pytest.mark.skipif(WINDOWS, reason="signals and limits of POSIX")


SIGNALS = ["INT", "TERM", "HUP", "QUIT", "XCPU", "USR1", "USR2", "ALRM", "VTALRM", "PROF"]
if sys.platform == "linux":
    SIGNALS += ["PWR", "IO", "RTMIN", "RTMAX"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("number", SIGNALS)
def test_signals_end_a_recording_whole(tool, source, ending, number):
    path = tool.folder / f"r.{ending}"
    recorder = tool.start("record", source, path.name, "--json")
    wait_for_rows(path, 50)
    recorder.send_signal(signal.Signals[f"SIG{number}"])
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    report = json.loads(output)
    assert recorder.returncode in (0, 4) and report["end"] == "interrupted", errors
    assert assert_real(path, 50) == report["frames"]
    assert names(tool.folder) == files_of(ending)


def test_nohup_keeps_a_recording_going(tool, source):
    command = tool.command_line("record", source, "r.npy", "-n", 200)
    recorder = subprocess.Popen(
        command, cwd=tool.folder, env=tool.environment, stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    tool.running.append(recorder)
    wait_for_rows(tool.folder / "r.npy", 1)
    recorder.send_signal(signal.SIGHUP)
    assert recorder.wait(timeout=60) in (0, 4)
    assert assert_real(tool.folder / "r.npy") == 200


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recorder_leaves_real_frames_only(tool, source, ending):
    path = tool.folder / f"r.{ending}"
    recorder = tool.start("record", source, path.name)
    wait_for_rows(path, 1500)  # long enough for the disk to have some
    recorder.kill()
    recorder.communicate()
    rows = rows_of(path)[0]
    # Before the repair: what the header tells of is real, for readers that know nothing of the journal too.
    if ending == "npy":
        data = np.load(path)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(path, memmap=False) as file:
                data = file[0].data.copy()
    assert 100 < len(data) <= rows
    starts = data.reshape(len(data), -1)[:, 0]
    assert (data.reshape(len(data), -1) == starts[:, None] + np.arange(32 * 32)[None, :]).all()
    assert tool.json("replay", path.name, "before", "--rate", 100000)["frames"] == len(data)
    assert "repair" in tool.errors
    # The repair brings back all, with their times.
    result = tool.json("repair", path.name)
    assert result["repaired"] and result["frames"] == rows and result["lost"] == 0
    assert assert_real(path) == rows
    assert names(tool.folder) == files_of(ending)
    again = tool.json("repair", path.name)
    assert not again["repaired"] and again["frames"] == rows and again["damaged"] == []
    if ending == "fits":
        assert fits.getheader(path)["EXPTIME"] == 0.5
    assert tool.json("replay", path.name, "after", "--rate", 100000)["frames"] == rows
    assert tool.json("keyword", "after")[0]["name"] == "EXPTIME"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recording_is_not_overwritten_unless_forced(tool, source, ending):
    path = killed_recording(tool, ending)
    tool("record", source, path.name, "-n", 1, code=1)
    assert "repair" in tool.errors
    path.unlink()
    tool("record", source, path.name, "-n", 1, code=1)  # its journal is still there
    assert "repair" in tool.errors
    tool.record(source, path.name, "-n", 5, "--force")
    assert assert_real(path) == 5
    assert names(tool.folder) == files_of(ending)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recording_with_texts_that_are_not_utf8_is_repaired(tool, source, ending):
    """As programs with other alphabets write them; the journal holds UTF-8 alone."""
    tool("keyword", source, "PITCH", 3.5, "--comment", "pixel pitch, \udcb5m")
    tool("keyword", source, "OBSERVER", "J\udcf6rg")
    path = killed_recording(tool, ending)
    rows, _ = rows_of(path)
    assert tool.json("repair", path.name)["frames"] == rows
    assert assert_real(path) == rows


@pytest.mark.parametrize("end", ["timeout", "killed"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recording_stays_until_the_first_frame_of_a_forced_one(tool, source, ending, end):
    path = killed_recording(tool, ending)
    rows, _ = rows_of(path)
    before = contents(tool.folder)
    tool("create", "quiet", "4")
    waiting = tool.start("record", "quiet", path.name, "--force", *(["--timeout", "2s"] if end == "timeout" else []))
    wait_for_size(Path(f"{path}.journal.part"), 20)
    tool("record", source, path.name, "-n", 1, "--force", code=1)
    assert "another process is writing it" in tool.errors
    if end == "killed":
        waiting.kill()
    waiting.communicate(timeout=PATIENCE_S)
    assert waiting.returncode == (3 if end == "timeout" else -signal.SIGKILL)
    assert contents(tool.folder) == before
    assert tool.json("repair", path.name)["frames"] == rows
    assert assert_real(path) == rows
    tool.record(source, path.name, "-n", 3, "--force")
    assert assert_real(path) == 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_that_is_moved_with_its_files_leaves_those_of_the_next(tool, source, ending):
    """Both are complete, or can be repaired."""
    first = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    moved = tool.folder / "moved"
    moved.mkdir()
    for path in tool.folder.glob("r.*"):
        path.rename(moved / path.name)
    second = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    code, _, errors = tool.interrupt(first)
    assert code == 1 and "moved" in errors, errors
    assert (tool.folder / f"r.{ending}.journal").exists()
    tool("repair", f"moved/r.{ending}")
    assert assert_real(moved / f"r.{ending}") >= 100
    code, _, errors = tool.interrupt(second)
    assert code in (0, 4), errors
    assert names(tool.folder) == ["moved", *files_of(ending)] and assert_real(tool.folder / f"r.{ending}") >= 100


def test_a_recording_under_way_cannot_be_repaired_nor_replaced(tool, source):
    path = tool.folder / "r.fits"
    recorder = tool.start("record", source, path.name, "--json")
    wait_for_rows(path, 10)
    tool("repair", path.name, code=1)
    assert "another process is writing it" in tool.errors
    tool("record", source, path.name, "-n", 1, "--force", code=1)
    assert "another process is writing it" in tool.errors
    tool("save", source, path.name, "--force", code=1)
    assert "being recorded" in tool.errors
    _, output, _ = tool.interrupt(recorder)
    assert assert_real(path) == json.loads(output)["frames"]


@pytest.mark.parametrize("command", ["-n", "-t", "SIGINT", "timeout", "removed"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_without_a_frame_leaves_no_file_and_the_old_one(tool, ending, command):
    tool("create", "src", "4", "--depth", 4)
    for old in (None, b"an old file"):
        if old:
            (tool.folder / f"r.{ending}").write_bytes(old)
        before = names(tool.folder)
        recorder = tool.start("record", "src", f"r.{ending}", "--json", "--force",
                              *(["--timeout", "500ms"] if command in ("-n", "timeout") else []))  # fmt: skip
        wait_for_size(tool.folder / f"r.{ending}.journal", 20)
        if command == "removed":
            tool("rm", "src", "--force")
        elif command in ("SIGINT", "-t"):
            recorder.send_signal(signal.SIGINT)
        output, errors = recorder.communicate(timeout=PATIENCE_S)
        expected = {"SIGINT": 0, "-t": 0, "removed": 1}.get(command, 3)
        assert recorder.returncode == expected, errors
        assert json.loads(output)["frames"] == 0 and json.loads(output)["files"] == []
        assert names(tool.folder) == before
        if old:
            assert (tool.folder / f"r.{ending}").read_bytes() == old
        if command == "removed":
            tool("create", "src", "4", "--depth", 4)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_that_is_moved_goes_on_and_says_so(tool, source, ending):
    recorder = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    (tool.folder / f"r.{ending}").rename(tool.folder / f"moved.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 300)
    code, _, errors = tool.interrupt(recorder)
    assert code == 1 and f"r.{ending}" in errors and "moved" in errors, errors
    if ending == "npy":
        (tool.folder / "r.npy.json").rename(tool.folder / "moved.npy.json")
    assert names(tool.folder) == files_of(ending, "moved") and assert_real(tool.folder / f"moved.{ending}") >= 300


@pytest.mark.parametrize("again", [False, True], ids=["removed", "replaced"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_whose_file_is_removed_ends_soon_and_leaves_nothing(tool, source, ending, again):
    recorder = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    (tool.folder / f"r.{ending}").unlink()
    if again:
        (tool.folder / f"r.{ending}").write_text("another file")
    _, errors = recorder.communicate(timeout=60)
    assert recorder.returncode == 1 and "removed while it was recorded" in errors, errors
    assert names(tool.folder) == ([f"r.{ending}"] if again else [])
    assert not again or (tool.folder / f"r.{ending}").read_text() == "another file"
