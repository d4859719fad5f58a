"""Imports without the garbage collector, which would take a third of the start-up time for objects that stay anyway."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def import_without_gc() -> Iterator[None]:
    """Pause garbage collection while the block imports, and exclude what it imports from later collections."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
