"""Files below a folder, read at their first request; the path decides how long a browser may cache a file."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"
_PAGE = re.compile(r"/[^/.]*")
"""Every page has a path of one segment without a dot; the script in the browser decides what it shows."""
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")


class NoFrontEndError(Exception):
    """The folder does not contain a built front end."""


@dataclass(frozen=True)
class File:
    """A file with its media type; `is_hashed`: its name contains a hash, so that its content never changes."""

    path: Path
    media_type: str
    is_hashed: bool

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
    """A built front end."""

    def __init__(self, folder: Path) -> None:
        """List the files, without hidden ones and links out of the folder. Raises NoFrontEndError if it has no page."""
        if not (folder / "index.html").is_file():
            raise NoFrontEndError(f"{folder} holds no index.html: build the front end first (npm run build in web/)")
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _load_file(folder, path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.resolve().is_relative_to(folder.resolve())
        }
        if "/index.html" not in self._files:
            raise NoFrontEndError(f"{folder}/index.html is a link that leads out of the folder")

    def find_file(self, path: str) -> File | None:
        """Return the file at a path; index.html for the path of a page; else None."""
        return self._files.get(path) or (self._files["/index.html"] if _PAGE.fullmatch(path) else None)


def _load_file(folder: Path, path: Path) -> File:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type == "text/javascript" or media_type.startswith("text/"):
        media_type = f"{media_type}; charset=utf-8"
    return File(path, media_type, path.relative_to(folder).parts[0] == "assets")
