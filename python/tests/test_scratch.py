"""The tests' own folders: what a killed run left goes with the next one, and nobody else's."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import HELPERS
from scratch import PREFIX, ScratchFolder, sweep

pytest.importorskip("fcntl")

MAKER = """
import sys
sys.path.append(sys.argv[1])
from scratch import ScratchFolder
folder = ScratchFolder(sys.argv[2])
(folder.path / "file").touch()
open(f"{folder.path}.beside", "w").close()
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def make(tmp_path):
    """Start a process that makes a folder: it and its folder."""
    makers = []

    def start():
        maker = subprocess.Popen(
            [sys.executable, "-c", MAKER, str(HELPERS), str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        makers.append(maker)
        return maker, Path(maker.stdout.readline().strip())

    yield start
    for maker in makers:
        maker.kill()
        maker.communicate()


def test_folder_of_a_killed_process_goes_and_one_of_a_living_stays(make, tmp_path):
    killed, abandoned = make()
    living, used = make()
    (tmp_path / f"{PREFIX}file").touch()
    (tmp_path / "other").mkdir()
    killed.kill()
    killed.wait()
    assert abandoned.exists()
    sweep(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {
        used.name, f"{used.name}.beside", f"{PREFIX}file", "other",
    }  # fmt: skip
    assert (used / "file").exists()
    living.communicate("")  # ends without close()


def test_folder_goes_with_its_maker(tmp_path):
    with ScratchFolder(str(tmp_path)) as path:
        (path / "file").touch()
    assert not list(tmp_path.iterdir())
