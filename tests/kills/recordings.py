"""Whether what a recorder left holds only real frames: repaired first, when the recorder was killed."""

import ast
import json
import struct
import subprocess
from array import array
from pathlib import Path


def _read_npy(path: Path) -> list[array]:  # type: ignore[type-arg]
    """The frames of a .npy file, each as 64-bit words, without NumPy."""
    content = path.read_bytes()
    header_bytes = struct.unpack_from("<H", content, 8)[0]
    header = ast.literal_eval(content[10 : 10 + header_bytes].decode())
    words = array("Q", content[10 + header_bytes :])
    size = len(words) // header["shape"][0]
    return [words[at : at + size] for at in range(0, len(words), size)]


def _problem_of_counters(table: dict[str, list[int]], frames: int) -> str | None:
    counters, missed = table["cnt0"], table["missed"]
    if len(counters) != frames:
        return f"{frames} frames, {len(counters)} rows"
    for row in range(1, frames):
        # The segment may have been made again: then it counts from 1, and what was missed since.
        if counters[row] not in (counters[row - 1] + missed[row] + 1, missed[row] + 1):
            return f"row {row}: frame {counters[row]} after {counters[row - 1]}, {missed[row]} missed"
    return None


def _is_whole(words: array) -> bool:  # type: ignore[type-arg]
    """A frame of the writers of kills and soak: all words made from the first. Each eighth is looked at, and the last:
    what is torn is torn at some place, and what the disk altered the checksums tell."""
    places = [*range(0, len(words), 8), len(words) - 1]
    return all(words[place] == words[0] * (2 * place + 1) % (1 << 64) for place in places)


def check_recording(tool: Path | None, path: Path) -> tuple[int, str | None]:
    """How many frames there are, and what is wrong; removes the files."""
    files = [path, Path(f"{path}.journal"), Path(f"{path}.json")]
    try:
        if not any(file.exists() for file in files):
            return 0, None
        repair = subprocess.run(
            [str(tool), "repair", str(path), "--json"], capture_output=True, text=True, timeout=120, check=False
        )
        if repair.returncode not in (0, 4):
            return 0, f"not repaired: {repair.stderr}"
        report = json.loads(repair.stdout)
        if report["damaged"] or files[1].exists():
            return 0, f"after the repair: {report}"
        if not path.exists():
            return 0, None if report["frames"] == 0 else f"no file of {report}"
        frames = _read_npy(path)
        if not all(_is_whole(frame) for frame in frames):
            return len(frames), "a recorded frame is torn"
        return len(frames), _problem_of_counters(json.loads(files[2].read_text()), len(frames))
    finally:
        for file in files:
            file.unlink(missing_ok=True)
