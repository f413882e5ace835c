"""Times that step, stand still, or lie in the future: replay is bounded, record tells of them."""

import json
import re
import time

import pytest
from of_others import HOUR, NOW, SECOND, recording_with, steady
from timing import PATIENCE_S, Lateness


def test_times_in_the_future_have_a_negative_age(tool):
    recording_with(tool, steady(3, time.time_ns() + 2 * HOUR))
    tool("replay", "t.fits", "dst", "--keep-times")
    assert "-1 h" in tool("ls", tool.folder) and "-1 h" in tool("info", "dst")
    assert -7300 < tool.json("ls", tool.folder)[0]["age_s"] < -6000


@pytest.mark.parametrize("time_ns", [-(2**63), -(10**18), 0, 2**63 - 1])
def test_whatever_the_time_of_a_frame_is_its_age_has_the_right_sign(tool, time_ns):
    recording_with(tool, [time_ns] * 3)
    tool("replay", "t.fits", "dst", "--keep-times", "--rate", 1000)
    expected_s = min(time.time() - time_ns / 1e9, 2**63 / 1e9)
    assert tool.json("ls", tool.folder)[0]["age_s"] == pytest.approx(expected_s, abs=600)
    for command in ["ls", tool.folder], ["info", "dst"], ["show", "dst"]:
        days = [int(number) for number in re.findall(r"(-?\d+) d\b", tool(*command))]
        assert days and all(abs(number - expected_s / 86400) <= 1 for number in days), (command, days)
    tool("watch", "dst", "-n", 1, "--interval", 0.1, "--json")


STEPPING = {
    "back": steady(20) + steady(20, NOW - HOUR),
    "forward": steady(20) + steady(20, NOW + HOUR),
    "forward a little less": steady(20) + steady(20, NOW + 15 * SECOND),
    "leading zeros": [0, 0, 0, *steady(37)],
    "zeros within": [*steady(20), 0, 0, *steady(18, NOW + SECOND // 4)],
    "ends of 64 bits": [*steady(18), 2**63 - 1, -(2**63), 2**63 - 1, 1, *steady(18)],
    "all zero": [0] * 40,
    "all equal": [NOW] * 40,
    "falling": steady(40)[::-1],
    "negative": [-t for t in steady(40)],
}


@pytest.mark.parametrize("name", STEPPING)
def test_steps_in_the_times_are_bounded(tool, name):
    recording_with(tool, STEPPING[name])
    with Lateness() as late:
        report = tool.json("replay", "t.fits", "dst")
        assert report["frames"] == 40 and report["elapsed_s"] < 5 + late.seconds() and late.punctual_s() < 50
    if name != "all equal":
        assert report["steps"]
    # 40 frames take 0.4 s, or 40 ms where the times say nothing
    looped = tool.start("replay", "t.fits", "dst", "--loop", "--json")
    tool.wait_for_frames("dst", 40 + 85)
    code, output, _ = tool.interrupt(looped)
    report = json.loads(output)
    assert code == 0 and report["frames"] < (report["elapsed_s"] + 1) * 1100, report


def test_pauses_that_missing_frames_explain_are_kept(tool):
    recording_with(tool, steady(3) + steady(3, NOW + SECOND), [0, 0, 0, 97, 0, 0])
    with Lateness() as late:
        report = tool.json("replay", "t.fits", "dst")
        assert 1 < report["elapsed_s"] < 10 + late.seconds() and report["steps"] == []
    assert tool.json("replay", "t.fits", "dst", "--rate", 1000)["steps"] == []


def test_record_reports_steps(tool):
    recording_with(tool, [NOW, *steady(5, NOW + 10**7), *steady(5, NOW - HOUR), *steady(5, NOW + HOUR)])
    tool("create", "dst", "2x2", "int16", "--depth", 32)
    for ending in ("fits", "npy"):
        recorder = tool.start("record", "dst", f"out.{ending}", "-n", 16, "--json")
        tool.wait_for_file(f"out.{ending}")
        tool("replay", "t.fits", "dst", "--keep-times", "--rate", 200)
        output, errors = recorder.communicate(timeout=PATIENCE_S)
        assert recorder.returncode == 0, errors
        report = json.loads(output)
        assert 0 < report["span_s"] < 60 and report["rate_hz"] > 0.25, "the steps are no part of it"
        steps = report["steps"]
        assert [step["before_frame"] for step in steps] == [6, 11]
        assert abs(steps[0]["step_ns"] + HOUR) < 60 * SECOND and abs(steps[1]["step_ns"] - 2 * HOUR) < 60 * SECOND
