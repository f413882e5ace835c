"""Whether a host's name can be resolved."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading

from . import _core
from .errors import DaoError

_PATIENCE_S = 1.0
_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host.strip("[]"))
        return True
    return False


def check_host(name: str, host: str) -> str:
    """Refuse a host that nobody knows; what else keeps it from being resolved now, and may change, is returned.

    A server of names that lets itself be waited for is left to the subscriber, which asks it again and again.
    Raises DaoError.
    """
    failures: list[socket.gaierror] = []

    def resolve() -> None:
        try:
            socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as failure:
            failures.append(failure)
        except UnicodeError:
            failures.append(socket.gaierror(socket.EAI_NONAME, "a part of it is empty or too long"))

    if _is_address(host) or host == "localhost":
        return ""
    asking = threading.Thread(target=resolve, name="daoShm-resolve", daemon=True)
    asking.start()
    asking.join(_PATIENCE_S)
    if asking.is_alive():
        return f"{name} is {host!r}, which no name server has resolved yet"
    if not failures:
        return ""
    problem = f"{name} is {host!r}, which cannot be resolved: {failures[0].strerror}"
    if failures[0].errno in _UNKNOWN:
        raise DaoError.of(
            _core.ErrorCode.NETWORK, f"{problem}; expected the name or IP address of a machine that exists"
        )
    return problem
