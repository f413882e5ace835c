"""Follow a camera live: the position of the spot, the frame rate and the number of missed frames.

python live_reader.py
"""

import argparse
import time

import numpy as np

from daoShm import shm


def centroid(frame: np.ndarray) -> tuple[float, float]:
    """Centre of the light, (y, x) in pixels."""
    light = np.clip(frame.astype(float) - np.median(frame), 0, None)
    total = light.sum() or 1.0
    y, x = np.indices(frame.shape)
    return float((y * light).sum() / total), float((x * light).sum() / total)


def wait_for_camera(name: str, seconds: float) -> shm:
    """Open the segment; the camera has some seconds to create it."""
    limit = time.monotonic() + seconds
    while True:
        try:
            return shm(name)
        except FileNotFoundError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="/tmp/camera.im.shm", help="the segment's file")
    parser.add_argument("--frames", type=int, default=0, help="stop after this many frames, 0: never")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for a frame")
    options = parser.parse_args()

    camera = wait_for_camera(options.name, options.timeout)
    print(camera)
    frames = camera.frames(timeout=options.timeout)
    begin = shown = time.monotonic()
    number = 0
    try:
        for frame in frames:
            number += 1
            now = time.monotonic()
            if now - shown > 1 or number == options.frames:
                y, x = centroid(frame)
                rate = number / (now - begin)
                print(
                    f"frame {frames.counter}: spot at y {y:.1f} x {x:.1f}, {rate:.0f}/s, {frames.total_missed} missed"
                )
                shown = now
            if number == options.frames:
                break
    except (KeyboardInterrupt, TimeoutError) as end:
        print(f"{number} frames read: {end or 'interrupted'}")


if __name__ == "__main__":
    main()
