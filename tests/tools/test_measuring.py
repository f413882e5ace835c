"""watch, bench, doctor: measurements and checks."""

import itertools
import json
import mmap
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import WINDOWS, WINE, WINE_ROOM
from timing import unless_late, until


@pytest.mark.parametrize("wait", ["block", "spin", "adaptive"])
def test_watch_measures_a_steady_writer(tool, wait):
    tool("create", "a", "8x8", "int16", "--depth", 512)
    writer = tool.start("fill", "a", "ramp", "--rate", 200)
    tool.wait_for_frames("a", 5)

    def measured():
        """Two lines; none where the machine was away."""
        said = tool("watch", "a", "-n", 2, "--interval", 0.5, "--latency", "--wait", wait, "--json")
        lines = [json.loads(line) for line in said.splitlines()]
        assert len(lines) == 2 and all(line["missed"] == 0 and line["latency"]["wait"] == wait for line in lines)
        is_steady = all(20 < line["rate_hz"] < 300 and line["latency"]["max_ns"] < 1e9 for line in lines)
        return lines if is_steady else None

    for line in unless_late(measured, 0.2, "the writer's rate"):
        assert line["max"] - line["min"] == 63 and line["rms"] >= abs(line["mean"])
        latency = line["latency"]
        assert latency["clock"] == "realtime" and latency["count"] > 0
        assert 0 < latency["p50_ns"] <= latency["p99_ns"] <= latency["p99_9_ns"] <= latency["max_ns"]
    tool.interrupt(writer)


@pytest.mark.parametrize("measures", [False, True])
def test_watch_is_a_reader_like_others_when_it_measures_latency(tool, measures):
    tool("create", "a", "4")
    watch = tool.start("watch", "a", "--interval", 0.1, "--json", *(["--latency"] if measures else []))
    watch.stdout.readline()
    assert tool.json("info", "a")["readers"] == (1 if measures else 0)
    tool.interrupt(watch)


def test_watch_statistics_are_those_of_the_frame(tool):
    tool("create", "a", "4", "float64")
    np.save(tool.folder / "in.npy", np.array([-3.0, 1.0, np.nan, 5.0]))
    tool("set", "a", "in.npy")
    line = json.loads(tool("watch", "a", "-n", 1, "--interval", 0.2, "--json"))
    assert (line["min"], line["mean"], line["max"]) == (-3, 1, 5)
    assert abs(line["rms"] - np.sqrt(35 / 3)) < 1e-12
    assert line["rate_hz"] == 0 and line["jitter_ns"] is None


def test_watch_counts_missed_frames_and_follows_a_replaced_segment(tool):
    tool("create", "a", "4", "float32", "--depth", 2)
    watch = tool.start("watch", "a", "--json", "--interval", 0.5)
    json.loads(watch.stdout.readline())
    watch.send_signal(signal.SIGSTOP)
    tool("fill", "a", "ramp", "--frames", 50)
    watch.send_signal(signal.SIGCONT)
    lines = []
    while sum(line["frames"] for line in lines) < 50:
        lines.append(json.loads(watch.stdout.readline()))
    assert 45 <= sum(line["missed"] for line in lines) <= 49
    tool("create", "a", "5", "float32", "--depth", 2)
    tool("fill", "a", 7)
    while not lines[-1]["mean"] or lines[-1]["mean"] != 7:
        lines.append(json.loads(watch.stdout.readline()))
    while sum(line["frames"] for line in lines) < 51:
        lines.append(json.loads(watch.stdout.readline()))
    assert sum(line["frames"] for line in lines) == 51 and sum(line["replaced"] for line in lines) == 1
    assert tool.interrupt(watch)[0] == 0


def test_watch_counts_the_frames_of_a_time_in_which_it_was_stopped_to_that_time(tool):
    tool("create", "a", "4", "float32", "--depth", 4)
    tool.start("fill", "a", "ramp", "--rate", 200)
    tool.wait_for_frames("a")
    lines = []

    def measured():
        watch = tool.start("watch", "a", "--json", "--interval", 0.5)
        lines[:] = [json.loads(watch.stdout.readline())]
        watch.send_signal(signal.SIGSTOP)
        time.sleep(3)
        watch.send_signal(signal.SIGCONT)
        lines.extend(json.loads(watch.stdout.readline()) for _ in range(3))
        assert tool.interrupt(watch)[0] == 0
        rates = [line["rate_hz"] for line in lines[1:]]
        return max(rates) < 2 * min(rates)

    unless_late(measured, 0.2, lambda: f"a steady rate: {lines}")


def test_watch_prints_a_table_and_ends_on_ctrl_c(tool):
    tool("create", "a", "4")
    watch = tool.start("watch", "a", "--latency", "--interval", 0.1)
    seen = []
    until(lambda: seen.append(watch.stdout.readline()) or sum("Hz" in line for line in seen) >= 2, "two lines")
    code, _, errors = tool.interrupt(watch)
    assert code == 0, errors
    output = "".join(seen)
    assert "RATE" in output and "P99.9" in output and "clock" in output
    waiting = tool.start("save", "a", "x.fits", "--next", "--timeout", "1h")
    tool.wait_until_open("a", waiting)
    assert tool.interrupt(waiting)[0] == 130
    assert not list(tool.folder.glob("x.fits*"))


def test_bench_reports_and_leaves_nothing(tool):
    times_s = (0.1 * 2**number for number in itertools.count())

    def measured():
        """A report; none where the machine left a measurement without a frame in its time."""
        report = tool.json("bench", "--time", next(times_s))
        return report if all(entry["count"] > 0 for entry in report["results"]) else None

    report = unless_late(measured, 0.05, "a frame in each measurement")
    names = [entry["what"] for entry in report["results"]]
    assert any("10x10" in name for name in names) and "one way, blocked" in names and "one way, adaptive" in names
    for entry in report["results"]:
        assert 0 < entry["p50_ns"] <= entry["p99_ns"] <= entry["p99_9_ns"]
    assert "MEDIAN" in tool("bench", "--time", 0.05)
    bench = tool.start("bench", "--time", 20)
    until(lambda: any(tool.folder.iterdir()), "the segment of bench")
    assert tool.interrupt(bench)[0] == 130
    assert not list(tool.folder.iterdir())


@pytest.mark.skipif(WINDOWS, reason="what a process leaves that is ended there is still open")
def test_what_a_killed_bench_leaves_is_told_and_removed_by_the_next(tool):
    def left():
        return sorted(tool.folder.glob("daoshm-bench-[0-9]*.im.shm"))

    bench = tool.start("bench", "--time", 20)
    until(lambda: left() and tool.json("info", left()[0])["cnt0"] > 0, "the segment of bench")
    tool("bench", "--time", 0.05)
    assert left(), "that of a bench that lives stays"
    bench.kill()
    bench.wait()
    tool("create", "daoshm-bench-of-mine", 4)
    tool("fill", "daoshm-bench-of-mine", 1)
    found = findings(tool)  # semaphores of other programs may be stale here
    assert ("broken frame", "problem") not in found
    found = found[("stale segment", "advice")]
    assert "left by a bench that was killed" in found["finding"] and "daoshm rm" in found["remedy"]
    reader = tool.start("record", left()[0], "r.npy")
    tool.wait_for_reader(left()[0].name.removesuffix(".im.shm"))
    tool("bench", "--time", 0.05)
    assert len(left()) == 1, "one that is read stays"
    tool.interrupt(reader)
    tool("bench", "--time", 0.05)
    assert not left() and (tool.folder / "daoshm-bench-of-mine.im.shm").exists()


def entries(tool, *arguments):
    """What doctor finds. The exit code must agree with it: others may leave semaphores or fill the disk meanwhile."""
    found = tool.json("doctor", tool.folder, *arguments, code=None)
    assert tool.code == (4 if any(entry["severity"] == "problem" for entry in found) else 0)
    return found


def entries_about(tool, name, check):
    return [entry for entry in entries(tool) if entry["check"] == check and f"'{name}'" in entry["finding"]]


def findings(tool, *arguments):
    return {(entry["check"], entry["severity"]): entry for entry in entries(tool, *arguments)}


def test_doctor_finds_nothing_wrong_with_good_segments(tool):
    tool("create", "a", "4")
    found = findings(tool)
    assert ("segments", "good") in found and ("stale", "good") in found
    # Semaphores of other programs may be stale here at any moment, or a disk full.
    assert {check for check, severity in found if severity == "problem"} <= {"stale semaphores", "space"}
    assert "ok" in tool("doctor", tool.folder, code=None)


def test_doctor_finds_damaged_open_and_stale_segments(tool):
    (tool.folder / "bad.im.shm").write_bytes(b"x" * 100)
    tool("create", "open", "4", "--mode", "666")
    (tool.folder / "open.im.shm").chmod(0o666)
    tool("create", "old", "4")
    tool("fill", "old", 1)
    time.sleep(0.1)
    found = findings(tool, "--stale", "50ms")
    assert "bad.im.shm" in found[("damaged", "problem")]["finding"]
    assert ("icacls" if WINDOWS else "chmod") in found[("permissions", "advice")]["remedy"]
    assert "old.im.shm" in found[("stale segment", "advice")]["finding"]
    assert all(entry["remedy"] for (_, severity), entry in found.items() if severity != "good")


@pytest.mark.skipif(
    WINDOWS or not Path("/proc/self/maps").exists(), reason="the system does not tell who has a file open"
)
@pytest.mark.parametrize("place", [".", "", "link"])
def test_doctor_knows_a_segment_in_use_by_whatever_name(tool, place):
    """Here by a program that reads it without any library, and so is no reader of its list."""
    tool("create", "used", "4")
    tool("fill", "used", 1)
    (tool.folder / "link").symlink_to(tool.folder, target_is_directory=True)
    with (tool.folder / "used.im.shm").open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ):
        time.sleep(0.1)
        found = tool.json("doctor", place or tool.folder, "--stale", "50ms", code=None)
        assert not [entry for entry in found if entry["check"] == "stale segment"], found
    found = tool.json("doctor", place or tool.folder, "--stale", "50ms", code=None)
    assert [entry for entry in found if entry["check"] == "stale segment"]


def test_doctor_finds_a_dead_writer_whose_readers_wait(tool):
    tool("create", "a", "4", "--depth", 4)
    reader = tool.start("record", "a", "r.npy")
    tool.wait_for_file("r.npy")
    writer = tool.start("fill", "a", 1, "--rate", 50)
    tool.wait_for_frames("a", 5)
    pid = tool.json("info", "a")["writer_pid"]
    assert tool.is_number_of(pid, writer)
    writer.kill()
    writer.wait()
    found = findings(tool)
    assert str(pid) in found[("writer gone", "problem")]["finding"]
    tool.interrupt(reader)


@pytest.mark.skipif(WINDOWS, reason="Windows removes a semaphore with its last handle")
def test_doctor_finds_semaphores_without_a_segment(tool):
    if not Path("/dev/shm").is_dir():
        pytest.skip("there is no /dev/shm here")
    name = f"daoshm-test-{os.getpid()}-stale"
    tool("create", name, "4", "--dao-semaphores")
    try:
        assert list(Path("/dev/shm").glob(f"sem.{name}_sem*"))
        assert not entries_about(tool, name, "stale semaphores")
        os.unlink(tool.folder / f"{name}.im.shm")
        found = entries_about(tool, name, "stale semaphores")
        assert len(found) == 1 and found[0]["remedy"] == f"rm /dev/shm/sem.{name}_sem*"
    finally:
        for path in Path("/dev/shm").glob(f"sem.{name}_sem*"):
            path.unlink()


@pytest.mark.skipif(WINDOWS, reason="Windows removes a semaphore with its last handle")
def test_doctor_says_where_the_compatibility_switch_is_missing(tool):
    if not Path("/dev/shm").is_dir():
        pytest.skip("there is no /dev/shm here")
    name = f"daoshm-test-{os.getpid()}-switch"
    tool("create", name, "4")
    try:
        assert not entries_about(tool, name, "compatibility")
        Path(f"/dev/shm/sem.{name}_sem00").write_bytes(bytes(32))  # a process of DAO's has opened it, or tried to
        found = entries_about(tool, name, "compatibility")
        assert len(found) == 1 and "DAO_COMPATIBILITY=1" in found[0]["remedy"] and found[0]["severity"] == "advice"
        Path(f"/dev/shm/sem.{name}_sem00").unlink()
        tool("rm", name)
        tool("create", name, "4", "--dao-semaphores")
        assert not entries_about(tool, name, "compatibility")
        segment = tool.folder / f"{name}.im.shm"
        (tool.folder / f"{name}.2.im.shm").write_bytes(segment.read_bytes())
        assert len(entries_about(tool, name, "shared semaphores")) == 1
    finally:
        for path in Path("/dev/shm").glob(f"sem.{name}_sem*"):
            path.unlink()


@pytest.mark.skipif(WINE, reason=WINE_ROOM)
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small tmpfs needs root")
def test_doctor_finds_a_full_tmpfs_but_no_disk_there(tool):
    small = tool.folder / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine does not let a test mount a tmpfs")
    try:
        tool("create", small / "a.im.shm", "240000")
        entries = {entry["check"]: entry for entry in tool.json("doctor", small, code=4)}
        assert entries["space"]["severity"] == "problem" and str(small) in entries["space"]["remedy"]
        assert entries["disk"]["severity"] == "good"
        tool("create", small / "b.im.shm", "240000", code=1)
    finally:
        subprocess.run(["umount", small], check=True)
