"""The network attributes of shm. This build has no network support: using them says so."""

from typing import NoReturn

from ._core import ErrorCode
from .errors import DaoUnsupportedError


def _not_built() -> NoReturn:
    raise DaoUnsupportedError.of(ErrorCode.UNSUPPORTED, "network support is not built into this daoShm")


class _Switch:
    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __get__(self, instance: object, owner: type) -> object:
        return self if instance is None else False

    def __set__(self, instance: object, on: bool) -> None:
        if on:
            _not_built()


class _Part:
    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __get__(self, instance: object, owner: type) -> object:
        return self if instance is None else _not_built()


class Network:
    """Publish and subscribe over the network, as attributes of shm."""

    pubEnable = _Switch("Whether frames are published over the network.")
    subEnable = _Switch("Whether frames that come over the network are written.")
    pubThread = _Part("The thread that publishes; start() begins.")
    subThread = _Part("The thread that subscribes; start() begins.")
    pubEvent = _Part("Set it to end the publishing thread.")
    subEvent = _Part("Set it to end the subscribing thread.")

    def publish(self) -> NoReturn:
        """What pubThread runs."""
        _not_built()

    def subscribe(self) -> NoReturn:
        """What subThread runs."""
        _not_built()
