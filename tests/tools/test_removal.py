"""doctor: services of systemd that remove segments in use, from their configuration in a mount namespace."""

import json
import os
import shutil
import subprocess

import pytest
from conftest import WINDOWS

pytestmark = pytest.mark.skipif(
    WINDOWS or os.geteuid() != 0 or not shutil.which("unshare"), reason="another /run needs Linux, and root"
)

# /run, and a place for what packages bring, with the files of the arguments: NAME TEXT... COMMAND
MACHINE = """
for place in /run /usr/local/lib; do mount -t tmpfs tmpfs $place; done
while [ "$1" != -- ]; do
    mkdir -p "$(dirname "$1")"
    printf '%s\\n' "$2" >"$1"
    shift 2
done
shift
exec "$@"
"""
BOOTED = {"/run/systemd/system/running": ""}
LOGINS = {"/run/systemd/sessions/1": ""}
USER = "nobody"  # no system user's number


def advice(tool, folder, files):
    """What doctor says of removals where systemd has these files: findings and remedies."""
    arguments = [word for file in files.items() for word in file]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-euc", MACHINE, "sh", *arguments, "--",
         *tool.command, "doctor", folder, "--json"],
        cwd=tool.folder, env=tool.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not done.stdout and "mount" in done.stderr:
        pytest.skip("this machine does not let a test mount a tmpfs")
    found = [entry for entry in json.loads(done.stdout) if entry["check"] == "removal"]
    assert all(entry["severity"] in ("good", "advice") for entry in found)
    return [(entry["finding"], entry["remedy"]) for entry in found if entry["severity"] == "advice"]


def aging(tool, *lines, **further):
    return advice(tool, tool.folder, {**BOOTED, "/run/tmpfiles.d/tmp.conf": "\n".join(lines), **further})


def test_doctor_says_what_ages(tool):
    tool("create", "a", "4")
    tool("create", "b", "4")
    folder = tool.folder
    assert not aging(tool)
    pattern = f"{folder}/*.im.shm"
    for line in (
        f"q {folder} 1777 root root 10d",
        f"d {folder}/ - - - abm:10d",
        f"e {folder.parent}/{folder.name[:-1]}* - - - 10d",
    ):
        found = aging(tool, line)
        assert len(found) == 1, "one advice for a folder"
        assert pattern in found[0][0] and "opened for 10d" in found[0][0]
        assert found[0][1] == f"in /etc/tmpfiles.d/daoshm.conf: 'x {pattern}'"
    assert not aging(tool, f"q {folder} 1777 root root 10d", f"x {pattern}"), "the remedy is one"
    assert len(aging(tool, f"q {folder} 1777 root root 10d", f"x {folder}/a.im.shm")) == 1, "b is left"
    assert not aging(tool, f"q {folder.parent} 1777 root root 10d", f"x {folder}")
    assert not aging(tool, f"q {folder.parent} 1777 root root 10d", f"d {folder} - - - -"), "the nearest decides"
    for line in (f"D! {folder} - - - 10d", f"d {folder} 1777 root root -", f"d {folder}", f"# q {folder} - - - 10d",
                 f"r {folder} - - - 10d", f"q {folder}/x - - - 10d", f"e {folder.parent}/* - - - -"):  # fmt: skip
        assert not aging(tool, line), line


def test_a_file_of_the_administrator_hides_that_of_a_package(tool):
    tool("create", "a", "4")
    line = f"q {tool.folder} - - - 10d"
    packaged = {"/usr/local/lib/tmpfiles.d/tmp.conf": line}
    assert len(advice(tool, tool.folder, {**BOOTED, **packaged})) == 1
    assert not advice(tool, tool.folder, packaged), "systemd does not run"
    assert not aging(tool, "", **packaged)
    assert not aging(tool, line, **{"/usr/local/lib/tmpfiles.d/a.conf": f"d {tool.folder} - - - -"}), "the first name"


def test_doctor_says_whose_segments_end_with_their_session(tool):
    name = f"/dev/shm/{tool.folder.name}-session.im.shm"
    tool("create", name, "4")
    settings = "/run/systemd/logind.conf.d/a.conf"
    main = "/usr/local/lib/systemd/logind.conf"
    try:
        assert not [found for found in advice(tool, "/dev/shm", LOGINS) if USER in found[0]], "a system user's"
        shutil.chown(name, USER)

        def named(files):
            return [found for found in advice(tool, "/dev/shm", files) if USER in found[0]]

        assert not named({}), "logind does not run"
        found = named(LOGINS)
        assert len(found) == 1 and "RemoveIPC=no" in found[0][1]
        for off in ("RemoveIPC=no", "RemoveIPC = off", "RemoveIPC=yes\nRemoveIPC=false"):
            assert not named({**LOGINS, settings: f"[Login]\n{off}"}), off
        for on in ("#RemoveIPC=no", "RemoveIPC=yes", "RemoveIPC=no\nRemoveIPC=1", "RemoveIPC="):
            assert len(named({**LOGINS, settings: f"[Login]\n{on}"})) == 1, on
        if not os.path.exists("/etc/systemd/logind.conf"):
            assert not named({**LOGINS, main: "[Login]\n#RemoveIPC=no"}), "what the distribution says holds"
            assert named({**LOGINS, main: "#RemoveIPC=no", settings: "RemoveIPC=yes"})
    finally:
        os.unlink(name)
