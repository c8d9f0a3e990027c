"""What circulates says nothing of where, with what and by whom a file was made (S49).

Images are decoded and encoded anew, so that nothing but pixels passes. Office files lose their
author fields. Video keeps its frames and loses its boxes of user data. PDFs and .xls are rewritten
by a process of their own (``_bare_child.py``); a signed PDF circulates without its signature, which
is good for the file as it was sent alone.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from anlan.kernel.papers import _bare_child, refusals
from anlan.kernel.papers.sheets import archive
from anlan.kernel.papers.sheets.scratch import scratch

PIXELS_MAX = 40_000_000
#: The longer side of the version that circulates; the original under seal keeps all of them.
SIDE_MAX = 2_560
THUMBNAIL_SIDE = 320
QUALITY = 85


#: A document in a document in a document is somebody's game.
DEPTH_MAX = 2
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHILD = Path(_bare_child.__file__)
CHILD_SECONDS_MAX = 90


@dataclass(frozen=True)
class Picture:
    data: bytes
    kind: str
    width: int
    height: int


FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def pictures(data: bytes, kind: str, name: str) -> tuple[Picture, Picture]:
    """The version that circulates and its thumbnail. Raises ImageTooLarge or FileBroken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[FORMATS[kind]]) as image:
                # Only the header has been read so far: a bomb is refused before it goes off.
                if image.width * image.height > PIXELS_MAX:
                    raise refusals.ImageTooLarge(name=name, limit=PIXELS_MAX // 1_000_000)
                image.draft("RGB", (SIDE_MAX, SIDE_MAX))
                upright = ImageOps.exif_transpose(image)
                return _encode(upright, kind, SIDE_MAX), _encode(
                    upright, "image/webp", THUMBNAIL_SIDE
                )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refusals.ImageTooLarge(name=name, limit=PIXELS_MAX // 1_000_000) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        raise refusals.FileBroken(name=name) from None


def _encode(image: Image.Image, kind: str, side: int) -> Picture:
    flat = image.convert("RGBA" if _transparent(image) and kind != "image/jpeg" else "RGB")
    flat.thumbnail((side, side), Image.Resampling.LANCZOS)
    # A new image with the pixels alone: no EXIF, XMP, comment, text or profile comes along.
    bare = Image.new(flat.mode, flat.size)
    bare.paste(flat)
    out = io.BytesIO()
    bare.save(out, FORMATS[kind], quality=QUALITY)
    return Picture(out.getvalue(), kind, bare.width, bare.height)


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


_AUTHORS = re.compile(
    rb"<((dc:creator|cp:lastModifiedBy|dc:subject|cp:keywords|dc:description|cp:category"
    rb"|Company|Manager|HyperlinkBase)\b[^>]*)>.*?</\2>",
    re.DOTALL,
)
_EMPTY_CUSTOM = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
)
#: Who commented and who changed what.
_REVIEWERS = re.compile(
    rb'(\s(?:w:author|w:initials|w15:author|w15:userId|author|userId|displayName)=")[^"]*(")'
)
_COMMENTERS = re.compile(rb"<author>.*?</author>", re.DOTALL)
_TEXT_PARTS = re.compile(r"^(word|xl|ppt)/.*\.xml$")


def alone(data: bytes, kind: str, name: str) -> bytes:
    """A PDF ("pdf"), an .xls ("xls") or what is embedded ("ole"), bare, by a limited process.

    Raises FileUnsafe where it has a password or macros, FileBroken where it can't be read.
    """
    with scratch() as folder:
        try:
            (folder / "sent").write_bytes(data)
        except OSError as error:
            raise refusals.StoreFull from error
        command = [
            sys.executable,
            "-I",
            str(CHILD),
            kind,
            str(folder / "sent"),
            str(folder / "bare"),
        ]
        try:
            done = subprocess.run(  # noqa: S603  our own program and arguments
                command, capture_output=True, timeout=CHILD_SECONDS_MAX, check=False
            )
            if done.returncode == _bare_child.LOCKED:
                raise refusals.FileUnsafe(name=name)
            if done.returncode == _bare_child.DISK_FULL:
                raise refusals.StoreFull
            if done.returncode:
                raise refusals.FileBroken(name=name)
            return (folder / "bare").read_bytes()
        except subprocess.TimeoutExpired:
            raise refusals.FileBroken(name=name) from None


def office(data: bytes, name: str, depth: int = 0) -> bytes:
    """A docx or xlsx without author, company and reviewers' names. Raises FileUnsafe, FileBroken.

    The archive is judged by its directory before anything is unpacked.
    """
    try:
        archive.members(io.BytesIO(data))
    except archive.BadArchive as error:
        broken = error.reason == "broken"
        raise (refusals.FileBroken if broken else refusals.FileUnsafe)(name=name) from None
    out = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(data)) as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for member in source.infolist():
                with source.open(member) as stream:
                    # What comes out is held against what the directory declared.
                    content = stream.read(member.file_size + 1)
                if len(content) > member.file_size:
                    raise refusals.FileUnsafe(name=name)
                clean = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
                clean.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(clean, _office_part(member.filename, content, name, depth))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError):
        raise refusals.FileBroken(name=name) from None
    return out.getvalue()


def _office_part(part: str, content: bytes, name: str, depth: int) -> bytes:
    if part.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content[:2_000].upper():
        raise refusals.FileUnsafe(name=name)
    if part in ("docProps/core.xml", "docProps/app.xml"):
        return _AUTHORS.sub(rb"<\1></\2>", content)
    if part == "docProps/custom.xml":
        return _EMPTY_CUSTOM
    if part.startswith("docProps/thumbnail"):
        return b""
    if _TEXT_PARTS.match(part):
        return _COMMENTERS.sub(b"<author></author>", _REVIEWERS.sub(rb"\1\2", content))
    if part.startswith(("word/media/", "xl/media/", "ppt/media/")):
        return _media(content)
    if "/embeddings/" in part:
        return _embedded(content, name, depth)
    return content


def _embedded(content: bytes, name: str, depth: int) -> bytes:
    """A document inside a document is as bare as the one around it."""
    if content.startswith(b"PK"):
        if depth >= DEPTH_MAX:
            raise refusals.FileUnsafe(name=name)
        return office(content, name, depth + 1)
    return alone(content, "ole", name) if content.startswith(OLE) else content


def _media(content: bytes) -> bytes:
    """A picture inside a document: its pixels only, in its own format; others as they are."""
    kind = picture_kind(content)
    if kind is None:
        return content
    try:
        return pictures(content, kind, "")[0].data
    except refusals.FileRefused:
        return content


def picture_kind(data: bytes) -> str | None:
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


#: Boxes of an MP4 that hold other boxes in which user data may hide.
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf")
_USER_DATA = (b"udta", b"meta", b"uuid")
BOXES_MAX = 10_000


def video(data: bytes, name: str) -> bytes:
    """An MP4 whose boxes of user data (place, device, author) are empty space; frames untouched."""
    out = bytearray(data)
    count = 0
    for start, size, kind, head in _boxes(data, 0, len(data)):
        count += 1
        if count > BOXES_MAX:
            raise refusals.FileBroken(name=name)
        if kind in _USER_DATA:
            out[start + 4 : start + 8] = b"free"
            out[start + head : start + size] = bytes(size - head)
    if count == 0:
        raise refusals.FileBroken(name=name)
    return bytes(out)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, bytes, int]]:
    """Each box with its start, size, kind and length of header; descends into containers."""
    while start + 8 <= end:
        size, kind, head = (
            int.from_bytes(data[start : start + 4], "big"),
            data[start + 4 : start + 8],
            8,
        )
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield start, size, kind, head
        if kind in _CONTAINERS:
            yield from _boxes(data, start + head, start + size)
        start += size
