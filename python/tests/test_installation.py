"""What an installed package brings for C, C++ and the shell. DAO_TEST_WHEEL=1: it is a wheel that must have daoshm."""

import ctypes
import importlib.metadata
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, run_checked

import daoShm
from daoShm import _core, location, shm

PROGRAM = ROOT / "tests" / "consumer" / "program"
TOOL = Path(sysconfig.get_path("scripts"), "daoshm" + sysconfig.get_config_var("EXE"))
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None or shutil.which("c++") is None, reason="no compiler")
needs_tool = pytest.mark.skipif("DAO_TEST_WHEEL" not in os.environ and not TOOL.exists(), reason="built without daoshm")


def ask(*options):
    return run_checked([sys.executable, "-m", "daoShm", *options]).strip()


def test_all_versions_are_one():
    version = importlib.metadata.version("daoShm")
    assert daoShm.__version__ == version == ask("--version")
    assert f'PACKAGE_VERSION "{version}"' in Path(ask("--cmake-dir"), "daoShmConfigVersion.cmake").read_text()
    assert f"\nVersion: {version}\n" in Path(ask("--pkg-config-dir"), "dao.pc").read_text()


def test_the_prefix_has_what_c_and_cpp_need():
    prefix = Path(ask("--prefix"))
    for header in ("dao.h", "daoShm.hpp", "daoImage.hpp", "daoMemory.hpp", "daoTypes.hpp"):
        assert (prefix / "include" / header).is_file()
    assert Path(ask("--cmake-dir"), "daoShmConfig.cmake").is_file()
    assert Path(ask("--library")).is_file()
    assert shlex.split(ask("--cflags", "--libs"))[0] == f"-I{prefix / 'include'}"


def test_a_package_without_the_library_says_what_to_ask(monkeypatch, tmp_path):
    monkeypatch.setattr(location, "_PREFIX", tmp_path)
    with pytest.raises(FileNotFoundError, match="pkg-config"):
        location.prefix()


def test_the_library_loads_beside_the_module_and_shares_segments(name):
    library = ctypes.CDLL(ask("--library"))
    library.daoShmRemove.argtypes = [ctypes.c_char_p]
    library.daoShmImageCreate.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_long, ctypes.POINTER(ctypes.c_uint32), ctypes.c_uint8,
        ctypes.c_int, ctypes.c_int,
    ]  # fmt: skip
    library.daoShmImage2Shm.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
    library.daoShmCloseShm.argtypes = [ctypes.c_void_p]
    image = ctypes.create_string_buffer(168)
    size = (ctypes.c_uint32 * 3)(2, 3)
    assert library.daoShmImageCreate(image, name.encode(), 2, size, 9, 1, 0) == 0
    frame = np.arange(6, dtype=np.float32)
    assert library.daoShmImage2Shm(frame.ctypes.data, 6, image) == 0
    with shm(name) as segment:
        assert segment.get_data().tolist() == frame.reshape(2, 3).tolist()
        segment.set_data(np.zeros((2, 3), np.float32))
    assert library.daoShmCloseShm(image) == 0
    assert library.daoShmRemove(name.encode()) == 0


@needs_compiler
@pytest.mark.parametrize("compiler, source", [("cc", "consumer.c"), ("c++", "consumer.cpp")])
def test_a_program_compiles_with_the_flags_and_runs(compiler, source, name, tmp_path):
    flags = shlex.split(ask("--cflags", "--libs"))
    run_checked([compiler, PROGRAM / source, "-o", tmp_path / "program", *flags])
    run_checked([tmp_path / "program", name])


@needs_compiler
@pytest.mark.skipif(shutil.which("cmake") is None, reason="no CMake")
def test_a_cmake_project_finds_the_package(name, tmp_path):
    run_checked(["cmake", "-S", PROGRAM, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={ask('--prefix')}"])
    run_checked(["cmake", "--build", tmp_path])
    run_checked([tmp_path / "consumer_c", name])
    run_checked([tmp_path / "consumer_cpp", name])
    if _core.HAS_NETWORK:
        run_checked([tmp_path / "consumer_network", name])


@needs_compiler
@pytest.mark.skipif(shutil.which("pkg-config") is None, reason="no pkg-config")
def test_pkg_config_finds_the_package(monkeypatch, name, tmp_path):
    monkeypatch.setenv("PKG_CONFIG_PATH", ask("--pkg-config-dir"))
    programs = {"daoShm": ["c++", "-std=c++17", PROGRAM / "consumer.cpp"]}
    if _core.HAS_NETWORK:
        programs["daoNet"] = ["cc", "-std=c11", PROGRAM / "network.c"]
    for package, command in programs.items():
        flags = shlex.split(run_checked(["pkg-config", "--cflags", "--libs", package]))
        run_checked([*command, "-o", tmp_path / package, *flags])
        run_checked([tmp_path / package, name])


def test_a_wheel_has_the_network_for_python_and_for_c():
    if "DAO_TEST_WHEEL" in os.environ:
        assert _core.HAS_NETWORK and "without the network" not in run_checked([TOOL, "net", "status"])
    assert Path(ask("--prefix"), "include", "daoNet.h").is_file() == _core.HAS_NETWORK
    if _core.HAS_NETWORK:
        library = Path(ask("--library"))
        assert ctypes.CDLL(library.with_name(library.name.replace("dao.", "daoNet."))).daoNetClose(None) == 0


def test_cmake_is_told_where_the_package_is():
    (entry,) = importlib.metadata.entry_points(group="cmake.root", name="daoShm")
    assert Path(entry.load().__file__).parent == Path(ask("--prefix"))


@needs_tool
def test_the_tool_shows_a_frame_that_python_wrote(name, tmp_path):
    with shm(name, np.arange(64, dtype=np.uint16).reshape(8, 8)):
        shown = run_checked([TOOL, "show", name])
        assert any(shade in shown for shade in "░▒▓█▀▄")
        run_checked([TOOL, "save", name, tmp_path / "frame.fits"])
    assert (tmp_path / "frame.fits").read_bytes().startswith(b"SIMPLE")
    assert daoShm.__version__ in run_checked([TOOL, "--version"])


@needs_tool
def test_the_tool_without_aravis_says_what_to_install():
    found = subprocess.run(
        [TOOL, "camera", "--list", "--interface", "fake"], capture_output=True, text=True, timeout=60
    )
    if found.returncode != 0:
        assert "Aravis cannot be loaded" in found.stderr and "libaravis-0.8-0" in found.stderr
    else:
        assert "Fake" in found.stdout
