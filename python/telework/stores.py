"""Places for folders and finished chunks: a local path, or any URL that fsspec reaches (``s3://``, ``gs://``, ``memory://``).

A chunk is kept under its key with a hash behind it. What cannot be read, or is not what was written, counts as missing, so
that an object store without renames will do.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from .errors import FilesError, Problem, error

Place = str | os.PathLike[str]
_HASH = hashlib.sha256().digest_size


def is_url(place: Place | None) -> bool:
    """Whether a place is a URL rather than a path."""
    return isinstance(place, str) and "://" in place


def file_system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    try:
        import fsspec
    except ModuleNotFoundError as missing:
        raise error("usage", f"{url} needs fsspec", "pip install 'telework[cluster]'") from missing
    try:
        fs, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as refused:
        raise error("usage", f"cannot reach {url}: {refused}") from refused
    return fs, path.rstrip("/")


class ChunkStore:
    """Finished chunks by key."""

    def __init__(self, place: Place) -> None:
        self.place = os.fspath(place)
        self._fs: Any = None
        self._root = self.place
        if is_url(place):
            self._fs, self._root = file_system(self.place)

    def path(self, key: str) -> str:
        """Where a chunk is."""
        return f"{self._root}/chunks/{key[:2]}/{key}"

    def get(self, key: str) -> bytes | None:
        """A chunk, if it is there and whole."""
        try:
            sealed = self._fs.cat_file(self.path(key)) if self._fs else Path(self.path(key)).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        content, seal = sealed[:-_HASH], sealed[-_HASH:]
        return bytes(content) if hashlib.sha256(content).digest() == seal else None

    def put(self, key: str, content: bytes) -> None:
        """Keeps a chunk."""
        path, sealed = self.path(key), content + hashlib.sha256(content).digest()
        if self._fs:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            self._fs.pipe_file(path, sealed)
            return
        folder = Path(path).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".telework-", delete=False) as draft:
                draft.write(sealed)
            os.replace(draft.name, path)
        except OSError as failed:
            raise FilesError(
                [Problem("error", "files", f"cannot keep a finished chunk in {folder}: {failed}")]
            ) from failed


def upload(folder: Path, url: str) -> None:
    """Copies a finished folder to a URL; its manifest goes last, so that a folder with one is whole."""
    fs, root = file_system(url)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    files.sort(key=lambda path: path.name == "manifest.json")
    for path in files:
        target = f"{root}/{path.relative_to(folder).as_posix()}"
        fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        fs.put_file(str(path), target)
