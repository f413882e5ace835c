"""Segments and folders of other users."""

import json
import os
import subprocess
import sys

import pytest
from test_strain import run, unix_only

pytestmark = unix_only

NOBODY = 65534


@pytest.fixture
def stranger(tool):
    """Options of subprocess for a user who may not read what others may not; the folder is open to all."""
    tool.folder.chmod(0o755)
    if os.geteuid() == 0:
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return {}


def deny(path):
    """Nobody but root may read it; a test of another user denies itself."""
    path.chmod(0o000)


def test_a_segment_of_another_user_is_no_access(tool, stranger):
    tool("create", "mine", "8")
    tool("create", "theirs", "8")
    (tool.folder / "mine.im.shm").chmod(0o644)
    deny(tool.folder / "theirs.im.shm")
    done = run(tool, "ls", tool.folder, "--json", **stranger)
    assert done.returncode == 0, done.stderr
    states = {entry["segment"].split("/")[-1]: entry for entry in json.loads(done.stdout)}
    assert states["theirs.im.shm"]["state"] == "no access" and "ermission" in states["theirs.im.shm"]["problem"]
    assert states["mine.im.shm"]["state"] == "no frame yet"
    text = run(tool, "ls", tool.folder, **stranger).stdout
    assert text.count("theirs") == 1 and "no access" in text and "damaged" not in text
    checked = json.loads(run(tool, "doctor", tool.folder, "--json", **stranger).stdout)
    found = [entry for entry in checked if entry["check"] == "no access" and "theirs.im.shm" in entry["finding"]]
    assert len(found) == 1 and found[0]["severity"] == "problem" and "chmod" in found[0]["remedy"]
    assert "1 no access" in next(entry["finding"] for entry in checked if entry["check"] == "segments")
    assert run(tool, "info", "theirs", **stranger).returncode == 1
    (tool.folder / "theirs.im.shm").chmod(0o600)


def test_what_cannot_be_reached_says_so(tool, stranger):
    closed = tool.folder / "closed"
    closed.mkdir()
    deny(closed)
    for words in (["info", closed / "a"], ["create", closed / "a", 4], ["repair", closed / "a.fits"]):
        done = run(tool, *words, **stranger)
        assert done.returncode == 1 and ": cannot be reached: Permission denied" in done.stderr, done.stderr
    closed.chmod(0o700)


def test_keys_that_may_not_be_read(tool, stranger):
    if "without the network" in tool("net", "status", code=None) + tool.errors:
        pytest.skip("this daoshm was built without ZeroMQ")
    tool("create", "a", "4")
    closed = tool.folder / "closed"
    closed.mkdir()
    deny(closed)
    done = run(tool, "publish", "a", "--port", 0, "--keys", closed / "camera.key", **stranger)
    assert done.returncode == 1 and "camera.key: cannot read it; expected a file of keys" in done.stderr
    closed.chmod(0o700)


def test_watch_says_that_nobody_wakes_who_may_only_read(tool, stranger):
    tool("create", "a", "8")
    (tool.folder / "a.im.shm").chmod(0o444)
    words = ("watch", "a", "-n", 1, "--interval", 0.05)
    assert "looks for frames every 0.5 ms" in run(tool, *words, "--latency", **stranger).stdout
    assert "looks for frames" not in run(tool, *words, **stranger).stdout
    (tool.folder / "a.im.shm").chmod(0o600)
    assert "looks for frames" not in tool(*words, "--latency")


def test_an_unreadable_folder_is_an_error(tool, stranger):
    secret = tool.folder / "secret"
    secret.mkdir()
    tool("create", secret / "a.im.shm", "8")
    tool("create", "b", "8")
    (tool.folder / "b.im.shm").chmod(0o644)
    deny(secret)
    try:
        for arguments in (("ls",), ("ls", "--names"), ("ls", "--json")):
            done = run(tool, *arguments, secret, tool.folder, **stranger)
            assert done.returncode == 1 and "secret: cannot be read: Permission denied" in done.stderr, arguments
            assert "b.im.shm" in done.stdout, "the other folder is listed"
        done = run(tool, "ls", secret, **stranger)
        assert done.returncode == 1 and "no segments" not in done.stdout
        done = run(tool, "doctor", secret, "--json", **stranger)
        found = [e for e in json.loads(done.stdout) if e["check"] == "no access" and "secret" in e["finding"]]
        assert done.returncode == 4 and [entry["severity"] for entry in found] == ["problem"]
        done = run(tool, "ls", secret / "below", **stranger)
        assert done.returncode == 1 and "below: cannot be read: Permission denied" in done.stderr
        done = run(tool, "ls", env={**tool.environment, "TMPDIR": str(secret)}, **stranger)
        assert done.returncode == 1 and "secret" in done.stderr
    finally:
        secret.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user needs root")
def test_doctor_says_what_it_cannot_see_of_other_users(tool, stranger):
    tool("create", "a", "8")
    done = run(tool, "doctor", tool.folder, "--json", **stranger)
    entries = json.loads(done.stdout)
    assert any(entry["check"] == "no access" and "some processes have open" in entry["finding"] for entry in entries)


def test_the_temporary_folder_is_the_one_that_the_guide_names(tool):
    for variable in ("TMP", "TEMP", "TEMPDIR"):
        (tool.folder / variable).mkdir()
    others = {name: str(tool.folder / name) for name in ("TMP", "TEMP", "TEMPDIR")}
    name = f"{tool.folder.name}-folder"
    tool("create", name, "4", TMPDIR="", **others)
    try:
        assert os.path.exists(f"/tmp/{name}.im.shm")
    finally:
        tool("rm", f"/tmp/{name}")
    absent = str(tool.folder / "absent")
    tool("create", "a", "4", code=1, TMPDIR=absent)
    assert tool.errors == f"daoshm: {absent}/a.im.shm: cannot create it: No such file or directory\n"
    tool("ls", code=1, TMPDIR=absent)
    assert tool.errors == f"daoshm: {absent}: not a folder; expected an existing folder\n"


@pytest.mark.skipif(sys.platform != "linux", reason="asks as Linux does")
@pytest.mark.parametrize("user", ["this", "another"])
def test_doctor_says_of_priorities_what_the_system_allows(tool, stranger, user):
    """As root without a limit of its own, too, whom no limit concerns."""
    if user == "another" and os.geteuid() != 0:
        pytest.skip("another user needs root")
    who = stranger if user == "another" else {}
    ask = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    may = subprocess.run(["/usr/bin/env", "python3", "-c", ask], **who, stderr=subprocess.DEVNULL).returncode == 0
    entries = json.loads(run(tool, "doctor", tool.folder, "--json", **who).stdout)
    advice = [entry["finding"] for entry in entries if entry["check"] == "real time" and entry["severity"] == "advice"]
    assert advice == ([] if may else ["this user may not use real-time priorities"])
