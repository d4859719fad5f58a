"""Imports without the garbage collector, which would take a third of a start: what is imported stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def import_uncollected() -> Iterator[None]:
    """Collect nothing while the block imports, and never look for garbage in what it has imported."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
