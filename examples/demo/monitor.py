"""The demonstration's Python stage: publishes the reconstructor matrix, then statistics of the newest frames.

usage: monitor.py CAMERA SLOPES MATRIX COMMANDS PICTURE

Ends on SIGTERM or SIGINT and then writes PICTURE, a PNG: the last camera frame, and the wavefront of the last command.
"""

import os
import signal
import struct
import sys
import threading
import time
import zlib

import numpy as np

from daoShm import shm

BORDER_PIXELS = 4
GAP, DARK, MIDDLE, BRIGHT = 90, np.array([13, 8, 35]), np.array([200, 60, 80]), np.array([252, 240, 180])


def wait_for(name: str, stopped: threading.Event) -> shm:
    """Open a segment once it exists."""
    for _ in range(1200):
        if os.path.exists(name):
            return shm(name, read_only=True)
        if stopped.wait(0.05):
            break
    raise SystemExit(f"monitor: {name}: not created within 60 s")


def pupil(rows: int, columns: int) -> np.ndarray:
    """True for cells of the grid with their centre in the round pupil: bool, shape (rows, columns)."""
    y = (2 * np.arange(rows)[:, None] + 1) / rows - 1
    x = (2 * np.arange(columns)[None, :] + 1) / columns - 1
    return x * x + y * y <= 1


def corners_of(cells: np.ndarray) -> np.ndarray:
    """Actuators are at the corners of the cells: bool, one longer along each axis."""
    corners = np.zeros(np.add(cells.shape, 1), bool)
    for row in (0, 1):
        for column in (0, 1):
            corners[row : row + cells.shape[0], column : column + cells.shape[1]] |= cells
    return corners


def reconstructor(cells: np.ndarray) -> np.ndarray:
    """Least-squares inverse of the response of the slopes to each actuator: float32, shape (actuators, 2 * cells)."""
    corners = corners_of(cells)
    number = np.cumsum(corners).reshape(corners.shape) - 1
    count = int(cells.sum())
    effect = np.zeros((2 * count, int(corners.sum())))
    for cell, (row, column) in enumerate(np.argwhere(cells)):
        for i in (0, 1):
            for j in (0, 1):
                actuator = number[row + i, column + j]
                effect[cell, actuator] += 0.5 if j else -0.5
                effect[count + cell, actuator] += 0.5 if i else -0.5
    return np.linalg.pinv(effect, rcond=0.03).astype(np.float32)


def colours(image: np.ndarray) -> np.ndarray:
    """From numbers to colours between the lowest and the highest: uint8, shape (rows, columns, 3)."""
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    level = np.nan_to_num((image - low) / max(high - low, 1e-9), nan=0.0)[..., None]
    dim = DARK + (MIDDLE - DARK) * np.minimum(2 * level, 1)
    return (dim + (BRIGHT - dim) * np.maximum(2 * level - 1, 0)).astype(np.uint8)


def write_png(path: str, pixels: np.ndarray) -> None:
    """Write uint8 pixels of shape (rows, columns, 3)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows, columns, _ = pixels.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + chunk(b"IEND", b""))


def enlarged(pixels: np.ndarray, height: int) -> np.ndarray:
    """Pixels repeated, to `height` rows."""
    rows = np.arange(height) * pixels.shape[0] // height
    width = height * pixels.shape[1] // pixels.shape[0]
    columns = np.arange(width) * pixels.shape[1] // width
    return pixels[rows][:, columns]


def picture(frame: np.ndarray, commands: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Camera frame without its border, and wavefront, side by side."""
    frame = frame[BORDER_PIXELS:-BORDER_PIXELS, BORDER_PIXELS:-BORDER_PIXELS]
    corners = corners_of(cells)
    wavefront = np.full(corners.shape, np.nan)
    wavefront[corners] = commands
    shown = colours(wavefront)
    shown[~corners] = DARK
    height = max(512, frame.shape[0])
    gap = np.full((height, 8, 3), GAP, np.uint8)
    return np.concatenate([enlarged(colours(frame.astype(float)), height), gap, enlarged(shown, height)], axis=1)


def watch(segments: list[shm], matrix: shm, stopped: threading.Event) -> None:
    """Five times per second, write statistics of the newest frames into keywords of the matrix."""
    camera, slopes, commands = segments
    while not stopped.wait(0.2):
        matrix.keywords["BRIGHT"] = float(camera.get_data().max())
        matrix.keywords["SLOPERMS"] = float(np.std(slopes.get_data()))
        matrix.keywords["CMDRMS"] = float(np.std(commands.get_data()))


def main() -> None:
    camera_name, slopes_name, matrix_name, commands_name, picture_name = sys.argv[1:]
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    camera, slopes = wait_for(camera_name, stopped), wait_for(slopes_name, stopped)
    while "GRIDCOLS" not in slopes.keywords and not stopped.is_set():
        time.sleep(0.01)
    cells = pupil(slopes.keywords["GRIDROWS"], slopes.keywords["GRIDCOLS"])
    matrix = shm(matrix_name, reconstructor(cells), nbkw=8)
    commands = wait_for(commands_name, stopped)
    watch([camera, slopes, commands], matrix, stopped)
    write_png(picture_name, picture(camera.get_data(), commands.get_data(), cells))


if __name__ == "__main__":
    main()
