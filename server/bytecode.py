"""Compile libraries without what only people read: `python bytecode.py [FOLDER...]`, by default Python's own library.

Texts and asserts of libraries are 5 MB of a running gateway. The bytecode has the usual names: the gateway's own
modules, whose texts /docs shows, are compiled as usual beside it.
"""

import py_compile
import sys
import sysconfig
from concurrent.futures import ProcessPoolExecutor
from importlib.util import cache_from_source
from pathlib import Path


def _compile(source: Path) -> bool:
    try:
        py_compile.compile(str(source), cache_from_source(source), doraise=True, optimize=2)
    except py_compile.PyCompileError:
        return False  # a library's template or test, which is not meant to be loaded
    return True


def main(folders: list[str]) -> None:
    """Compile every module below the folders."""
    sources = [source for folder in folders for source in Path(folder).rglob("*.py") if source.exists()]
    with ProcessPoolExecutor() as processes:
        compiled = sum(processes.map(_compile, sources, chunksize=32))
    sys.stdout.write(f"{compiled} of {len(sources)} modules compiled\n")


if __name__ == "__main__":
    main(sys.argv[1:] or [sysconfig.get_path("stdlib")])
