"""Follow a segment of another machine: its rate, how late it is, and what was skipped.

python network_reader.py host:wfs
"""

import argparse
import time

import daoShm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="HOST[:PORT]:SEGMENT")
    parser.add_argument("--every", action="store_true", help="every frame instead of the newest")
    parser.add_argument("--frames", type=int, default=0, help="stop after this many frames, 0: never")
    options = parser.parse_args()

    number = 0
    with daoShm.connect(options.address, every=options.every) as segment:
        due = time.monotonic() + 1
        try:
            for frame in segment.frames():
                number += 1
                if time.monotonic() >= due or number == options.frames:
                    source = segment.source
                    assert source is not None
                    print(
                        f"{source.topic} on {source.host}: frame {source.counter}, mean {frame.mean():.2f}, "
                        f"{source.frames_per_second:.0f} Hz, {source.delay * 1e3:.2f} ms late, "
                        f"{source.skipped} skipped, {source.lost} lost",
                        flush=True,
                    )
                    due += 1
                if number == options.frames:
                    break
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
