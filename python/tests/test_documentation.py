"""Every public name is documented, and the type stubs say what the module says."""

import ast
import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import daoShm
from daoShm import _core

STUB = Path(daoShm.__file__).with_name("_core.pyi")
CLASSES = [thing for thing in vars(daoShm).values() if inspect.isclass(thing) and thing.__module__.startswith("daoShm")]

GIVES_FRAMES = {
    "get_data",
    "get_data_next",
    "get_data_arbitrary",
    "get_history",
    "view",
    "frames",
    "write",
    "__array__",
}
TAKES_TIME = {
    "get_data": "seconds",
    "get_history": "seconds",
    "wait": "seconds",
    "frames": "seconds",
    "set_data": "nanoseconds",
    "acquisition_time": "nanoseconds",
    "get_timestamp": "microsecond",
    "last_seen_ns": "nanoseconds",
    "get_meta_data": "nanoseconds",
}
NETWORK_FUNCTIONS = {"_find_subscriber", "_topic_of", "_make_keys"}
CAN_FAIL = {"get_data", "get_data_arbitrary", "get_history", "view", "set_data", "write", "write_slice", "wait", "post"}


def text_of(thing):
    """The docstring, without the signature that the binding puts first."""
    doc = inspect.getdoc(thing) or ""
    signatures = getattr(thing, "__nb_signature__", ())
    for signature in signatures:
        for line in doc.splitlines():
            if line.startswith(signature[0].split("(")[0].removeprefix("def ") + "("):
                doc = doc.replace(line, "", 1)
    return doc.strip()


def public_names():
    for name in daoShm.__all__:
        thing = getattr(daoShm, name)
        if not isinstance(thing, tuple):
            yield name, thing
    for kind in CLASSES:
        for name in dir(kind):
            member = inspect.getattr_static(kind, name)
            inherited = not any(name in vars(base) for base in kind.__mro__ if base.__module__.startswith("daoShm"))
            if name.startswith("_") or inherited or isinstance(member, (int, str)):
                continue
            if issubclass(kind, tuple) or "member_descriptor" in type(member).__name__:
                continue
            yield f"{kind.__name__}.{name}", getattr(kind, name)


PUBLIC = dict(public_names())


def test_the_list_of_public_names_is_plausible():
    assert {"shm", "shm.get_data", "shm.keywords", "shm.pubEnable", "Keywords.comment", "Frames.aclose"} <= set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_docstring(name):
    assert len(text_of(PUBLIC[name])) > 15, f"{name} has no docstring"


@pytest.mark.parametrize("name", sorted(GIVES_FRAMES))
def test_what_gives_frames_says_their_shape(name):
    assert "shape" in text_of(getattr(daoShm.shm, name))


@pytest.mark.parametrize("name, unit", TAKES_TIME.items())
def test_times_have_units(name, unit):
    owner = daoShm.Reader if name == "last_seen_ns" else daoShm.shm
    text = Path(daoShm.__file__).with_name("segment.py").read_text() if owner is daoShm.Reader else ""
    assert unit in (text or text_of(getattr(owner, name)))


@pytest.mark.parametrize("name", sorted(CAN_FAIL))
def test_what_can_fail_says_how(name):
    assert "Raises" in text_of(getattr(daoShm.shm, name))


def test_the_checker_sees_a_missing_docstring():
    class Bare:
        def method(self):
            pass

    assert text_of(Bare.method) == ""


def stub_tree():
    return ast.parse(STUB.read_text())


def stub_signatures(body):
    """Argument names and defaults of each function, as the stub has them; the last of overloads."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            names = [argument.arg for argument in arguments.args + arguments.kwonlyargs]
            defaults = [*arguments.defaults, *[default for default in arguments.kw_defaults if default is not None]]
            found[node.name] = names, [ast.literal_eval(default) for default in defaults]
    return found


def module_signature(function):
    text, _, *defaults = function.__nb_signature__[0]
    placeholders = re.sub(r"\\(\d+)", r"'\1'", text)
    arguments = ast.parse(placeholders + ": ...").body[0].args
    return [argument.arg for argument in arguments.args + arguments.kwonlyargs], list(defaults[0] or ())


def test_the_stub_has_the_functions_of_the_module():
    stubs = stub_signatures(stub_tree().body)
    if not _core.HAS_NETWORK:
        stubs = {name: stub for name, stub in stubs.items() if name not in NETWORK_FUNCTIONS}
    functions = {name for name, thing in vars(_core).items() if hasattr(thing, "__nb_signature__")}
    assert set(stubs) == functions
    for name in functions:
        assert stubs[name] == module_signature(getattr(_core, name))


@pytest.mark.parametrize("kind", ["Segment", "Canceller"])
def test_the_stub_has_the_methods_of_the_class(kind):
    body = next(node.body for node in stub_tree().body if isinstance(node, ast.ClassDef) and node.name == kind)
    stubs = stub_signatures(body)
    members = {name: thing for name, thing in vars(getattr(_core, kind)).items() if name[:2] != "__"}
    assert set(stubs) - {"__init__"} == set(members)
    for name, member in members.items():
        if hasattr(member, "__nb_signature__"):
            assert stubs[name] == module_signature(member), name
        else:
            assert stubs[name][0][0] == "self" and isinstance(member, property), name


def test_the_stub_has_the_error_codes_and_constants():
    tree = stub_tree()
    enum = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ErrorCode")
    stubs = {node.targets[0].id: node.value.value for node in enum.body if isinstance(node, ast.Assign)}
    assert stubs == {code.name: code.value for code in daoShm.ErrorCode}
    constants = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    assert constants == {name for name in vars(_core) if name.isupper()}


def mypy_since_2():
    try:
        return int(importlib.metadata.version("mypy").partition(".")[0]) >= 2
    except importlib.metadata.PackageNotFoundError:
        return False


# Of Python's library mypy 1.18 to 1.20 refuse weakref.finalize.atexit. Without the global lock there is none newer.
@pytest.mark.skipif(not mypy_since_2(), reason="needs mypy 2")
@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="NumPy 1 has no types for masked arrays")
def test_the_types_of_the_package_are_consistent(tmp_path):
    program = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "-p", "daoShm", "-p", "dao"]
    # Functions for masked arrays have no types in NumPy 2.2, the newest for CPython 3.10.
    if np.lib.NumpyVersion(np.__version__) < "2.3.0":
        program.append("--allow-untyped-calls")
    done = subprocess.run(program, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_package_is_marked_as_typed():
    assert STUB.with_name("py.typed").exists()
