"""Calls with NumPy's numbers, which the type stubs take: for mypy (tests/checks/python.sh), never run."""

import numpy as np

from daoShm import daoType2NpType, setLogLevel, shm

segment = shm("/tmp/numbers.im.shm", np.zeros((4, 4)), np.int64(3), depth=np.uint8(2), mode=np.int32(0o600))
segment.get_data(check=True, timeout=np.float32(0.1), semNb=np.int64(1))
segment.get_history(np.int16(1), timeout=np.int32(1))
segment.get_data_arbitrary(np.int8(1))
segment.get_meta_data(np.uint16(0))
segment.set_data(np.zeros((4, 4)), frame_id=np.uint64(3), acquisition_time_ns=np.int64(4))
segment.wait(timeout=np.float16(0.1))
segment.post(np.int8(1))
segment.sem_in_use(np.int64(0))
frames = segment.frames(timeout=np.float32(0))
loan = segment.write(frame_id=np.uint32(2))
segment.keywords["A"] = np.float32(3)
segment.keywords.set("B", np.int8(1))
segment.keywords.update({"C": np.int16(3)}, D=np.float64(2))
value: int | float | str = segment.keywords["A"]
setLogLevel(np.int8(0))
daoType2NpType(np.uint8(3))
