"""A symbolic link is the file to which it leads, as for cp and tee: that is written, replaced, read and repaired."""

import os
import signal

import numpy
import pytest
from astropy.io import fits
from conftest import WINDOWS
from timing import until

pytestmark = pytest.mark.skipif(WINDOWS, reason="links need a right there that few have")


@pytest.fixture
def disk(tool):
    """A folder elsewhere, and a camera."""
    tool("create", "wfs", "4x4", "uint16", "--depth", 256)
    tool.start("fill", "wfs", "ramp", "--rate", 500)
    tool.wait_for_frames("wfs")
    folder = tool.folder / "disk"
    folder.mkdir()
    return folder


def link(tool, name, target):
    (tool.folder / name).symlink_to(target)
    return tool.folder / name


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("ending", ["fits", "npy"])
@pytest.mark.parametrize("command", [["record", "-n", 5], ["save"]], ids=["record", "save"])
def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tool, disk, command, ending):
    target = disk / f"night.{ending}"
    target.write_text("an older one")
    name = link(tool, f"latest.{ending}", f"disk/night.{ending}")
    tool(command[0], "wfs", name.name, *command[1:], code=1)
    assert (
        "exists; expected" in tool.errors
        and "--force" in tool.errors
        and "disk/night" in tool.errors
        and target.read_text() == "an older one"
    )
    tool(command[0], "wfs", name.name, *command[1:], "--force", code=None)
    assert name.is_symlink() and not target.is_symlink()
    shape = (5, 4, 4) if command[0] == "record" else (4, 4)
    found = numpy.load(target) if ending == "npy" else fits.getdata(target)
    assert found.shape == shape
    beside = [f"night.{ending}.json"] if ending == "npy" and command[0] == "record" else []
    assert names(disk) == [target.name, *beside]
    assert not list(tool.folder.glob("latest.*.*")), "nothing lies beside the link"
    if command[0] == "record":
        assert tool.json("replay", name.name, "again", "--rate", 1000)["frames"] == 5, "by the link"
        assert tool.json("repair", name.name)["damaged"] == [], "with its checksums"


def test_a_link_to_nothing_makes_what_it_leads_to(tool, disk):
    first = link(tool, "latest.fits", "disk/next.fits")
    link(tool, "disk/next.fits", "../disk/night.fits")
    tool("record", "wfs", first.name, "-n", 3, code=None)
    assert names(disk) == ["next.fits", "night.fits"] and fits.getdata(disk / "night.fits").shape == (3, 4, 4)


def test_a_link_that_leads_nowhere_is_said(tool, disk):
    link(tool, "a.fits", "b.fits")
    link(tool, "b.fits", "a.fits")
    link(tool, "c.fits", "nowhere/c.fits")
    link(tool, "d.fits", "/dev/full")
    for name, reason in ("a", "symbolic link"), ("c", "No such file"), ("d", "fits"):
        for command in "record", "save":
            tool(command, "wfs", f"{name}.fits", "--force", *(["-n", 1] if command == "record" else []), code=None)
            assert reason in tool.errors, (name, command, tool.errors)
    assert all((tool.folder / f"{name}.fits").is_symlink() for name in "abcd")


def test_a_segment_whose_links_lead_in_a_circle_is_told_by_its_name(tool):
    link(tool, "loop.im.shm", "loop.im.shm")
    for command in ["info", "loop"], ["rm", "loop"], ["create", "loop", "4"], ["watch", "loop", "-n", 1]:
        tool(*command, code=1)
        assert tool.errors.startswith(f"daoshm: {tool.folder}/loop.im.shm: "), (command, tool.errors)
        assert "filesystem error" not in tool.errors and tool.errors.count("\n") == 1, (command, tool.errors)
    assert (tool.folder / "loop.im.shm").is_symlink()


def test_a_pipe_or_a_device_is_never_replaced(tool, disk):
    os.mkfifo(tool.folder / "pipe.fits")
    for command in ["record", "wfs", "pipe.fits", "-n", 1], ["save", "wfs", "pipe.fits"]:
        tool(*command, "--force", code=1)
        assert "pipe" in tool.errors and "expected a file" in tool.errors
    assert (tool.folder / "pipe.fits").is_fifo()


def test_an_interrupted_recording_is_repaired_by_the_link(tool, disk):
    name = link(tool, "latest.npy", "disk/night.npy")
    recorder = tool.start("record", "wfs", name.name)
    until(
        lambda: (disk / "night.npy").exists() and numpy.load(disk / "night.npy", mmap_mode="r").shape[0] > 0, "a frame"
    )
    recorder.send_signal(signal.SIGKILL)
    recorder.wait()
    tool("record", "wfs", name.name, "-n", 1, code=1)
    assert "journal" in tool.errors
    assert tool.json("replay", name.name, "copy", "--rate", 10000)["frames"] > 0
    assert "repair" in tool.errors
    assert tool.json("repair", name.name, code=None)["frames"] > 0
    assert names(disk) == ["night.npy", "night.npy.json"] and name.is_symlink()


def test_a_segment_behind_a_link_is_made_anew_there(tool, disk):
    name = link(tool, "dm.im.shm", "disk/dm.im.shm")
    tool("create", "dm", "4")
    tool("create", "dm", "9", "float64")
    assert name.is_symlink() and names(disk) == ["dm.im.shm"] and tool.json("info", "dm")["shape"] == [9]
    tool("fill", "dm", 1)
    assert tool.json("info", disk / "dm.im.shm")["cnt0"] == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a second user")
def test_a_link_of_another_user_in_a_public_folder_is_not_followed(tool, disk):
    public = tool.folder / "public"
    public.mkdir()
    public.chmod(0o1777)
    target = disk / "precious.fits"
    target.write_text("precious")
    os.symlink(target, public / "night.fits")
    os.lchown(public / "night.fits", 65534, 65534)
    for command in ["record", "wfs", public / "night.fits", "-n", 1], ["save", "wfs", public / "night.fits"]:
        tool(*command, "--force", code=1)
        assert "symbolic link" in tool.errors and target.read_text() == "precious", tool.errors
