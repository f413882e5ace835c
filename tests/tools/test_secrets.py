"""Secret keys stay where they belong: not in output, not in the state that handles show, not in core files."""

import os
import signal
import sys
from pathlib import Path

import pytest
from conftest import WINDOWS
from timing import until

pytestmark = pytest.mark.skipif(WINDOWS or sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def keys(tool):
    tool.environment["DAO_NET_STATE"] = str(tool.folder / "net")
    tool.environment["DAO_NET_ANNOUNCE"] = "0"
    if "without the network" in tool("net", "status", code=None) + tool.errors:
        pytest.skip("this daoshm was built without ZeroMQ")
    shown = tool("net", "keygen", "own.key", code=None)
    if "cannot encrypt" in tool.errors:
        pytest.skip("this libzmq cannot encrypt")
    secret = (tool.folder / "own.key").read_text().split("secret ")[1].strip()
    assert len(secret) == 40 and secret not in shown + tool.errors
    return tool, secret


def publisher(tool):
    tool("create", "src", "4x4", "uint8")
    tool("fill", "src", "1", "--frames", 1)
    process = tool.start("publish", "src", "--port", 0, "--keys", "own.key")
    until(lambda: list((tool.folder / "net").glob("*.im.shm")) or process.poll() is not None, "its record")
    assert process.poll() is None
    return process


def test_secret_is_shown_nowhere(keys):
    tool, secret = keys
    process = publisher(tool)
    shown = tool("net", "status") + tool("net", "status", "--json")
    kept = b"".join(path.read_bytes() for path in (tool.folder / "net").iterdir())
    command = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
    _, output, errors = tool.interrupt(process)
    assert secret not in shown + output + errors
    assert secret.encode() not in kept + command


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("secret ", "secret x"),
        lambda text: text.replace("public ", "publik "),
        lambda text: text[:-3],
        lambda text: text.split("secret ")[1],
    ],
)
def test_file_of_keys_that_is_wrong_is_named_and_not_told_of(keys, spoil):
    tool, secret = keys
    text = (tool.folder / "own.key").read_text()
    (tool.folder / "own.key").write_text(spoil(text))
    tool("create", "src", "4x4", "uint8")
    tool("publish", "src", "--port", 0, "--keys", "own.key", code=1)
    assert "own.key" in tool.errors and secret[:20] not in tool.errors
    tool("publish", "src", "--port", 0, "--keys", "own.key", "--clients", "own.key", code=1)
    assert secret[:20] not in tool.errors


def test_key_file_that_others_may_read_is_refused(keys):
    tool, secret = keys
    os.chmod(tool.folder / "own.key", 0o644)
    tool("create", "src", "4x4", "uint8")
    tool("publish", "src", "--port", 0, "--keys", "own.key", code=1)
    assert "0600" in tool.errors and secret not in tool.errors


def test_process_that_holds_keys_leaves_no_core_file_and_is_not_looked_into(keys):
    tool, _ = keys
    process = publisher(tool)
    assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0  # root's, when nobody may look into it
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -signal.SIGABRT
    assert os.WIFSIGNALED(status) and not os.WCOREDUMP(status)
    assert not list(tool.folder.glob("core*"))
