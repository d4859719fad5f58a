"""Files below a folder, read once per version; the path decides how long a browser may cache a file."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"
_INDEX = "index.html"
_PAGE = re.compile(r"/[^/.]*")
"""Every page has a path of one segment without a dot; the script in the browser decides what it shows."""
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")


class NoFrontEndError(Exception):
    """The folder does not contain a built front end."""


@dataclass(frozen=True)
class File:
    """A version of a file; `is_hashed`: its name contains a hash, so that its content never changes."""

    path: Path
    changed_ns: int
    size: int
    is_hashed: bool

    @cached_property
    def media_type(self) -> str:
        """The media type, with the encoding of a text."""
        media_type = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type

    @cached_property
    def content(self) -> bytes:
        """The content in bytes."""
        return self.path.read_bytes()

    @cached_property
    def compressed_content(self) -> bytes | None:
        """The content compressed by gzip; None if it is not text, or not smaller."""
        if not self.media_type.startswith(_TEXT):
            return None
        packed = gzip.compress(self.content, mtime=0)
        return packed if len(packed) < len(self.content) else None

    @cached_property
    def etag(self) -> str:
        """The weak ETag of the content, the same for the compressed form."""
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @property
    def cache_control(self) -> str:
        """The Cache-Control header: one year for hashed files, revalidation for others."""
        return _KEPT_FOR_EVER if self.is_hashed else _ASKED_AGAIN


class Files:
    """A built front end, which may be built again while it is served."""

    def __init__(self, folder: Path) -> None:
        """Raises NoFrontEndError if the folder has no page."""
        if not (folder / _INDEX).is_file():
            raise NoFrontEndError(f"{folder} holds no index.html: build the front end first (npm run build in web/)")
        self._folder = folder
        if self._find(_INDEX) is None:
            raise NoFrontEndError(f"{folder}/index.html is a link that leads out of the folder")

    def find_file(self, path: str) -> File | None:
        """Return the file at a path; index.html for the path of a page; else None."""
        return self._find(path.removeprefix("/")) or (self._find(_INDEX) if _PAGE.fullmatch(path) else None)

    def _find(self, name: str) -> File | None:
        """Return a file, without hidden ones and links out of the folder."""
        file = self._folder / name
        if any(not part or part.startswith(".") for part in name.split("/")) or not file.is_file():
            return None
        if not file.resolve().is_relative_to(self._folder.resolve()):
            return None
        status = file.stat()
        return _load_file(file, status.st_ctime_ns, status.st_size, name.startswith("assets/"))


_load_file = lru_cache(maxsize=256)(File)
"""The file with what was read of it, until it changes."""
