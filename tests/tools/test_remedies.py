"""Whoever may make a file chooses its name: the commands that the tool advises mean that file and do nothing else."""

import json
import os
import shutil
import subprocess

import pytest
from conftest import WINDOWS

pytestmark = pytest.mark.skipif(WINDOWS, reason="Windows allows no such names")

NAMES = [
    "a; touch PWNED; b", "$(touch PWNED)", "`touch PWNED`", "a b", "it's", '"quoted"', "-rf", "back\\slash", "*", "~",
    "星", "c\x1b]0;owned\x07\r\nd", "e\ntouch PWNED\n", "#f", "&& touch PWNED", "> PWNED",
]  # fmt: skip


def in_shell(tool, command, input_text=None):
    environment = {**tool.environment, "DAOSHM": tool.command[-1]}
    return subprocess.run(
        ["bash", "-c", 'daoshm() { "$DAOSHM" "$@"; }\n' + command],
        input=input_text, cwd=tool.folder, env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip


@pytest.fixture
def hostile(tool):
    """A file by each of the names, which is no segment, and one that must stay."""
    files = [tool.folder / f"{name}.im.shm" for name in NAMES]
    for file in [*files, tool.folder / "b.im.shm"]:
        file.write_bytes(bytes(10_000))
    return files


@pytest.mark.parametrize("folder", [".", None], ids=["relative", "absolute"])
def test_the_advice_to_remove_a_file_removes_that_file(tool, hostile, folder):
    found = tool.json("doctor", folder or tool.folder, code=4)
    remedies = [entry["remedy"] for entry in found if "create it again, after: " in (entry["remedy"] or "")]
    assert len(remedies) == len(hostile) + 1
    for remedy in remedies:
        assert remedy.isprintable()
        before = set(tool.folder.iterdir())
        in_shell(tool, remedy.split("after: ", 1)[1])
        after = set(tool.folder.iterdir())
        assert after < before and len(before - after) == 1, remedy
    assert not list(tool.folder.iterdir())


def test_the_text_of_the_advice_is_the_advice(tool, hostile):
    text = tool("doctor", tool.folder, code=4)
    for line in text.splitlines():
        if "after: " in line:
            in_shell(tool, line.split("after: ", 1)[1])
    assert not list(tool.folder.iterdir())


def test_a_damaged_segment_is_created_again_as_advised(tool):
    tool("create", "a", "4x4")
    with open(tool.folder / "a.im.shm", "r+b") as file:
        file.truncate(5000)
    tool("create", "a", "4x4", code=1)
    (remedy,) = (entry["remedy"] for entry in tool.json("doctor", tool.folder, code=4) if entry["check"] == "damaged")
    assert remedy.startswith("create it again, after: ")
    in_shell(tool, remedy.split("after: ", 1)[1])
    tool("create", "a", "4x4")


def test_the_example_that_removes_a_folder_s_segments_removes_no_others(tool):
    listed = tool.folder / "listed"
    listed.mkdir()
    for name in ("wfs", "q victim", "line\nvictim", "it's"):
        tool("create", listed / f"{name}.im.shm", "4")
    tool("create", tool.folder / "victim.im.shm", "4")
    example = next(line.strip() for line in tool("rm", "--help").splitlines() if "xargs" in line)
    in_shell(tool, example.replace("daoshm", '"$DAOSHM"').replace("/tmp/test", str(listed)))
    assert not list(listed.iterdir())
    assert (tool.folder / "victim.im.shm").exists()


def test_names_that_end_with_a_zero_byte(tool):
    for name in ("a b", "c\nd"):
        tool("create", name, "4")
    assert tool("ls", "--null", tool.folder).split("\0") == [
        f"{tool.folder}/a b.im.shm",
        f"{tool.folder}/c\nd.im.shm",
        "",
    ]


def test_a_damaged_segment_is_not_said_to_be_slow(tool):
    (tool.folder / "a.im.shm").write_bytes(b"x")
    found = tool.json("doctor", tool.folder, code=4)
    assert [entry["check"] for entry in found if "a.im.shm" in entry["finding"]] == ["damaged"]


def test_a_file_system_at_a_place_with_a_blank_in_its_name_is_known(tool):
    place = tool.folder / "a b"
    place.mkdir()
    if WINDOWS or os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("mounting a tmpfs needs Linux, and root")
    tool("create", "plain", "4")
    script = (
        'mount -t tmpfs tmpfs "$1" || exit 77; shift; "$@" create "$PWD/a b/s" 4 >&2 && "$@" doctor "$PWD/a b" --json'
    )
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", place, *tool.command_line()]
    done = subprocess.run(command, cwd=tool.folder, env=tool.environment, capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        pytest.skip("this machine does not let a test mount a tmpfs")
    assert not [entry for entry in json.loads(done.stdout) if entry["check"] == "disk" and "a b" in entry["finding"]]
