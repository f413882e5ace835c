"""A simulated camera: a spot that moves across a noisy detector, published frame by frame.

python camera_simulation.py --rate 500
"""

import argparse
import time

import numpy as np

from daoShm import shm


def spot(size: int, x: float, y: float) -> np.ndarray:
    """Expected photons of a spot at (y, x): an array of shape (size, size)."""
    axis = np.arange(size)
    sigma = size / 20
    return 2 + 200 * np.outer(np.exp(-(((axis - y) / sigma) ** 2) / 2), np.exp(-(((axis - x) / sigma) ** 2) / 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="/tmp/camera.im.shm", help="the segment's file")
    parser.add_argument("--size", type=int, default=64, help="pixels along each axis")
    parser.add_argument("--rate", type=float, default=200.0, help="frames per second")
    parser.add_argument("--frames", type=int, default=0, help="stop after this many frames, 0: never")
    options = parser.parse_args()
    if options.rate <= 0:
        parser.error(f"--rate {options.rate:g}: expected more than 0")

    noise = np.random.default_rng()
    first = np.zeros((options.size, options.size), np.uint16)
    # Four slots: a reader has three frame periods to copy a frame.
    with shm(options.name, first, nbkw=4, depth=4) as camera:
        camera.keywords.set("RATE", options.rate, "requested frames per second")
        number = 0
        due = time.perf_counter()
        try:
            while options.frames == 0 or number < options.frames:
                number += 1
                angle = number / 100
                middle = options.size / 2
                photons = spot(options.size, middle * (1 + 0.4 * np.cos(angle)), middle * (1 + 0.4 * np.sin(angle)))
                camera.set_data(noise.poisson(photons).astype(np.uint16), frame_id=number)
                due += 1 / options.rate
                time.sleep(max(0.0, due - time.perf_counter()))
        except KeyboardInterrupt:
            pass
        print(f"{number} frames published in {options.name}")
        for reader in camera.readers():
            print(f"read by {reader.name} ({reader.pid}): up to frame {reader.counter}, {reader.missed} missed")


if __name__ == "__main__":
    main()
