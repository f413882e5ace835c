"""Refuses a wheel that lacks a part or a licence: check.py LICENCES WHEEL...

LICENCES is the folder with those of the libraries that are linked in.
"""

import re
import sys
import zipfile
from pathlib import Path

EXPECTED = [
    r"daoShm/_core\.(abi3|cpython-3\d+t?-[\w-]+)\.so",
    r"daoShm/lib/libdao\.so\.\d+",
    r"daoShm/lib/libdao\.so",
    r"daoShm/lib/libdaoNet\.so\.\d+",
    r"daoShm/lib/libdaoNet\.so",
    r"daoShm/lib/cmake/daoShm/daoShmConfig\.cmake",
    r"daoShm/lib/pkgconfig/dao\.pc",
    r"daoShm/lib/pkgconfig/daoNet\.pc",
    r"daoShm/include/dao\.h",
    r"daoShm/include/daoShm\.hpp",
    r"daoShm/include/daoNet\.h",
    r"daoShm-[\d.]+\.data/scripts/daoshm",
    r"daoShm-[\d.]+\.dist-info/licenses/LICENSE",
    r"daoShm-[\d.]+\.dist-info/sboms/daoShm\.spdx\.json",
]


def main(folder, wheels):
    licences = [path.name for path in Path(folder).iterdir()]
    expected = EXPECTED + [rf"daoShm-[\d.]+\.dist-info/licenses/{re.escape(name)}" for name in sorted(licences)]
    missing = []
    for wheel in wheels:
        names = zipfile.ZipFile(wheel).namelist()
        missing += [
            f"{wheel}: no {pattern}"
            for pattern in expected
            if not any(re.fullmatch(pattern, name, re.IGNORECASE) for name in names)
        ]
    print("\n".join(missing), end="\n" if missing else "", file=sys.stderr)
    return bool(missing) or not wheels


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
