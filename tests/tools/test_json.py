"""What --json prints is what docs/guide/daoshm.schema.json says, of every command and of every kind of segment."""

import json
import os
import re
import signal
import time
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from conftest import WINDOWS
from test_unlock import STRANGER, lock
from timing import PATIENCE_S, until

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "docs/guide/daoshm.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


def check(command, text):
    """The document, valid for the command; of those that print lines the first."""
    is_stream = command in ("watch", "publish", "subscribe")
    document = json.loads(text.splitlines()[0] if is_stream else text, parse_constant=no_constant)
    schema = {**SCHEMA, "$ref": f"#/$defs/commands/{command}"}
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_command_with_json_has_a_schema(tool):
    names = re.findall(r"^  (\w+)", tool("--help").split("Subcommands:")[1].split("Examples:")[0], re.MULTILINE)
    with_json = {name for name in names if re.search("^  --json", tool(name, "--help"), re.MULTILINE)}
    assert with_json == set(SCHEMA["$defs"]["commands"])


def test_every_command_keeps_to_its_schema(tool):
    assert check("create", tool("create", "a", "3x4", "float64", "--depth", 4, "--json"))["shape"] == [3, 4]
    for name, value in (("INT", 5), ("REAL", 0.5), ("TEXT", "x"), ("INF", "inf"), ("NAN", "nan"), ("LOW", "-inf")):
        tool("keyword", "a", name, "--", value)
    values = {entry["name"]: entry["value"] for entry in check("keyword", tool("keyword", "a", "--json"))}
    assert values == {"INT": 5, "REAL": 0.5, "TEXT": "x", "INF": "inf", "NAN": "nan", "LOW": "-inf"}
    assert check("keyword", tool("keyword", "a", "INF", "--json"))["value"] == "inf"
    recorder = tool.start("record", "a", "r.npy", "-n", 5, "--json")
    tool.wait_for_file("r.npy")
    tool.wait_for_reader("a")
    tool("fill", "a", "ramp", "--frames", 1)
    listed = check("ls", tool("ls", tool.folder, "--json", "--interval", 0.05))
    info = check("info", tool("info", "a", "--json"))
    assert listed[0]["segment"] == info["segment"] == str(tool.name(tool.folder / "a.im.shm"))
    assert info["reader_list"] and info["keywords"] == check("keyword", tool("keyword", "a", "--json"))
    tool.fill_until_it_ends("a", recorder, "ramp")
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    assert check("record", output)["segment"] == info["segment"], errors
    assert check("watch", tool("watch", "a", "-n", 1, "--interval", 0.05, "--json"))["latency"] is None
    line = check("watch", tool("watch", "a", "-n", 1, "--interval", 0.05, "--latency", "--json"))
    assert line["segment"] == info["segment"] and line["latency"]["count"] == 0 and line["jitter_ns"] is None
    assert check("save", tool("save", "a", "s.npy", "--json"))["segment"] == info["segment"]
    assert check("replay", tool("replay", "r.npy", "a", "--json"))["segment"] == info["segment"]
    assert check("repair", tool("repair", "r.npy", "--json"))["frames"] == 5
    check("bench", tool("bench", "--time", 0.05, "--json"))
    check("doctor", tool("doctor", tool.folder, "--json", code=None))


def test_reports_of_nothing_keep_to_the_schema(tool):
    tool("create", "a", "4", "--depth", 4)
    recorder = tool.start("record", "a", "r.npy", "--json")
    time.sleep(0.5)
    recorder.send_signal(signal.SIGINT)
    output, _ = recorder.communicate(timeout=PATIENCE_S)
    if output:  # else the signal came first of all
        report = check("record", output)
        assert report["frames"] == 0 and report["rate_hz"] is None and report["problem"] is None
    assert check("ls", tool("ls", tool.folder / ".." / tool.folder.name, "--json"))[0]["rate_hz"] == 0
    info = check("info", tool("info", "a", "--json"))
    assert info["writer_pid"] is None and info["writer_alive"] is None and info["writer_name"] is None
    assert info["last_frame_ns"] is None and info["age_s"] is None and info["keywords"] == []
    line = check("watch", tool("watch", "a", "-n", 1, "--interval", 0.05, "--json"))
    assert line["min"] is None and line["state"] == "no frame yet"


def side(tool, role):
    """What net status says of the publisher or the subscriber, as soon as it does."""

    def found():
        return next((entry for entry in check("net", tool("net", "status", "--json")) if entry["role"] == role), None)

    return until(found, f"a {role} that shows itself")


def test_the_network_keeps_to_the_schema_before_the_first_frame(net):
    assert check("net", net("net", "status", "--json")) == []
    net("create", "a", "3x4", "float32", "--depth", 4)
    publisher = net.start("publish", "a", "late", "--port", 0, "--json")
    said = check("publish", publisher.stdout.readline())
    assert (said["topics"], said["waiting"], said["public_key"]) == (["a"], ["late"], None)
    place = said["endpoint"].removeprefix("tcp://")
    copying = net.start("subscribe", f"{place}:a", "--as", "copy", "--json")
    line = check("subscribe", copying.stdout.readline())
    assert line["segment"] == net.name(net.folder / "copy.im.shm")
    assert line["source_cnt0"] is None and line["cnt0"] is None and line["frames"] == 0 and not line["live"]
    entry = side(net, "subscriber")
    assert entry["segment"] == line["segment"] and entry["state"] in ("nobody answers", "no frame yet")
    assert (entry["last_frame_ns"], entry["delay_ns"], entry["source_cnt0"], entry["cnt0"]) == (None,) * 4
    entry = side(net, "publisher")
    assert entry["last_frame_ns"] is None and entry["message"] is None and entry["peers_unlisted"] == 0
    listed = check("net", net("net", "ls", place, "--json"))[0]
    assert listed["problem"] is None and [(one["type"], one["shape"]) for one in listed["segments"]] == [
        ("float32", [3, 4])
    ]
    net("fill", "a", 1)
    for text in copying.stdout:
        if (line := check("subscribe", text))["live"]:
            break
    assert line["state"] == "live" and line["source_cnt0"] == line["cnt0"] == 1 and line["host"]
    source = check("info", net("info", "copy", "--json"))["source"]
    assert source is None or source["state"] in SCHEMA["$defs"]["network_state"]["enum"]
    code, output, _ = net.interrupt(copying)
    assert code == 0 and all(check("subscribe", text) for text in output.splitlines())


def test_keys_are_told_in_json(net):
    report = check("net", net("net", "keygen", "a.key", "--json"))
    assert report["keys"] == "a.key" and report["public_key"] in (net.folder / "a.key.pub").read_text()
    assert (net.folder / report["public_key_file"]).exists() and len(report["public_key"]) == 40


def reports_of_everything(tool):
    """A use of every command with --json; those that go on until Ctrl-C are started and interrupted."""
    np.save(tool.folder / "cube.npy", np.zeros((3, 4), "uint8"))
    tool("create", "a", "4", "uint8", "--depth", 4)
    tool("fill", "a", 1)
    (tool.folder / "damaged.im.shm").write_bytes(b"x" * 5000)
    ended = {
        "create": [["new", "4"]], "ls": [[tool.folder]], "info": [["a"]],
        "keyword": [["a"], ["a", "K", "1"], ["a", "K"]],
        "watch": [["a", "-n", "2", "--interval", "0.05"]], "save": [["a", "s.npy"], ["a", "s.fits"]],
        "record": [["a", "r.npy", "--time", "0.1s", "--timeout", "0.2s"], ["a", "n.npy", "--timeout", "0.1s"]],
        "replay": [["cube.npy", "a", "--rate", "1000"]], "repair": [["s.npy"]], "bench": [["--time", "0.05"]],
        "doctor": [[tool.folder]], "camera": [["--list"]],
        "net": [["status"], ["ls", "--time", "0.2"], ["ls", "127.0.0.1:1", "nowhere.invalid", "--time", "0.3"],
                ["keygen", "k.key"]],
        "publish": [["a", "--port", "0", "--no-announce"]], "subscribe": [["127.0.0.1:1:a", "--as", "copy"]],
    }  # fmt: skip
    for command, uses in ended.items():
        for use in uses:
            if command in ("publish", "subscribe"):
                process = tool.start(command, *use, "--json")
                first = process.stdout.readline()
                _, rest, _ = tool.interrupt(process)
                yield command, use, first + rest
            else:
                yield command, use, tool(command, *use, "--json", code=None)


def test_every_command_with_json_prints_json_alone(net):
    seen = set()
    for command, use, text in reports_of_everything(net):
        seen.add(command)
        is_stream = command in ("watch", "publish", "subscribe")
        for document in text.splitlines() if is_stream else [text] if text else []:
            try:
                json.loads(document, parse_constant=no_constant)
            except ValueError:
                raise AssertionError(f"{command} {use}: {document!r}") from None
        is_setting = command == "keyword" and len(use) == 3
        assert text or net.errors or is_setting, f"{command} {use} said nothing"
    assert seen == set(SCHEMA["$defs"]["commands"])


def test_who_does_not_answer_is_null(net):
    copying = net.start("subscribe", "127.0.0.1:1:a", "--as", "copy", "--json")
    line = check("subscribe", copying.stdout.readline())
    assert line["state"] == "nobody answers" and line["host"] is None and line["message"] is None
    entry = side(net, "subscriber")
    assert (entry["state"], entry["topic"], entry["host"]) == ("nobody answers", "a", None)
    assert (entry["round_trip_ns"], entry["clock_offset_ns"], entry["delay_ns"]) == (None, None, None)
    net.interrupt(copying)
    listed = check("net", net("net", "ls", "127.0.0.1:1", "--time", 0.3, "--json", code=3))[0]
    assert listed["segments"] is None and "no answer" in listed["problem"]


def all_states(tool):
    """A segment in each state that a test can bring about: its name and the state."""
    for name in ("idle", "fresh", "gone", "unknown", "broken"):
        tool("create", name, "4")
    tool("create", "live", "4", "--depth", 4)
    for name in ("idle", "gone", "unknown"):
        tool("fill", name, 1)
    writer = tool.start("fill", "idle", 1, "--rate", 0.001)
    tool.wait_for_frames("idle", 2)
    lock(tool, "unknown", STRANGER)
    lock(tool, "broken", STRANGER | 1 << 16)
    tool.start("fill", "live", "ramp", "--rate", 200)
    tool.wait_for_frames("live", 5)
    (tool.folder / "damaged.im.shm").write_bytes(b"x" * 5000)
    states = {"idle": "idle", "fresh": "no frame yet", "gone": "writer gone", "unknown": "writer unknown",
              "broken": "broken frame", "live": "running", "damaged": "damaged"}  # fmt: skip
    return writer, states


def test_states_have_the_same_name_everywhere(tool):
    _, states = all_states(tool)
    listed = check("ls", tool("ls", tool.folder, "--json"))
    keys = {tuple(sorted(entry)) for entry in listed}
    assert len(keys) == 1, "the same keys always"
    assert {Path(entry["segment"].replace("\\", "/")).name.split(".")[0]: entry["state"] for entry in listed} == states
    for name, state in states.items():
        if state != "damaged":
            measured = ("--interval", 3 if state == "running" else 0.3, "--json")  # on a busy machine writers pause
            assert check("info", tool("info", name, *measured))["state"] == state
            line = check("watch", tool("watch", name, "-n", 1, *measured))
            assert line["state"] == state
    damaged = next(entry for entry in listed if entry["state"] == "damaged")
    assert damaged["type"] is None and damaged["writer_pid"] is None and "damaged.im.shm" in damaged["problem"]
    findings = check("doctor", tool("doctor", tool.folder, "--json", code=4))
    summary = next(entry["finding"] for entry in findings if entry["check"] == "segments")
    for state in states.values():
        assert f"1 {state}" in summary, summary
    by_segment = {name: [entry["check"] for entry in findings if f"{name}.im.shm" in entry["finding"]
                         and entry["check"] in states.values()] for name in states}  # fmt: skip
    assert by_segment["unknown"] == ["writer unknown"], "it is named once"
    assert by_segment["broken"] == ["broken frame"] and by_segment["damaged"] == ["damaged"]
    table = tool("top", "--once", tool.folder)
    assert all(re.search(rf"{name}\.im\.shm .*{state}$", table, re.MULTILINE) for name, state in states.items()), table


def test_the_guide_explains_every_state():
    guide = (SCHEMA_FILE.parent / "command-line.md").read_text()
    for state in SCHEMA["$defs"]["state"]["enum"] + SCHEMA["$defs"]["network_state"]["enum"]:
        assert f"| `{state}` |" in guide, state


@pytest.mark.skipif(WINDOWS, reason="Windows has no file modes")
def test_what_cannot_be_opened_has_all_keys(tool):
    tool("create", "a", "4")
    tool("fill", "a", 1)
    file = tool.folder / "a.im.shm"
    contents = bytearray(file.read_bytes())
    version = contents.index(b"dDshExt1")
    for change, state in ((version, {"foreign", "damaged"}), (84, {"damaged"})):
        broken = bytearray(contents)
        broken[change] ^= 0x40
        file.write_bytes(broken)
        entry = check("ls", tool("ls", tool.folder, "--json"))[0]
        assert entry["state"] in state | {"idle", "writer gone"}, entry
    file.write_bytes(contents[:100])
    assert check("ls", tool("ls", tool.folder, "--json"))[0]["state"] == "damaged"


def test_control_characters_in_json_are_escaped_and_come_back(tool):
    name = "a\x7f\u009b\u202e\x1b"
    if WINDOWS or os.name != "posix":
        pytest.skip("such names are not allowed")
    tool("create", name, "4")
    text = tool("ls", tool.folder, "--json")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert check("ls", text)[0]["segment"] == str(tool.folder / f"{name}.im.shm")


def test_not_a_number_in_a_frame(tool):
    tool("create", "a", "4", "float32")
    np.save(tool.folder / "nan.npy", np.full(4, np.nan, "float32"))
    tool("set", "a", "nan.npy")
    line = check("watch", tool("watch", "a", "-n", 1, "--interval", 0.05, "--json"))
    assert (line["min"], line["mean"], line["max"], line["rms"]) == (None,) * 4
    shown = tool("show", "a")
    assert "min -  mean -  max -  rms -" in shown
