"""Runs alone in a limited process: takes what says who, where and with what out of a PDF or .xls.

Started by path (``python -I _bare_child.py KIND FILE BARE``), so it imports neither Django nor us.
Whatever a hostile file does to this process, its parent reads one file of at most so many bytes.
Ends with status 0, with LOCKED where a password or macros are in the way, with DISK_FULL, or with
any other where the file can't be read.
"""

from __future__ import annotations

import errno
import hashlib
import io
import resource
import struct
import sys
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES_MAX = 1 << 30
CPU_SECONDS_MAX = 60
BYTES_MAX = 100_000_000
LOCKED, DISK_FULL = 3, 4
OBJECTS_MAX = 500_000
RECORDS_MAX = 5_000_000

JPEG = b"\xff\xd8\xff"


def limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES_MAX, BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- Photographs ---------------------------------------------------------------------------


def segments(data: bytes | bytearray, start: int) -> Iterator[tuple[int, int, int]]:
    """The segments of a JPEG before its picture: (marker, where it begins, where it ends)."""
    at = start + 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2 or at + 2 + length > len(data):
            return
        yield marker, at, at + 2 + length
        at += 2 + length


def tells(marker: int) -> bool:
    """EXIF, XMP, IPTC, comments. JFIF (0) and Adobe's note on colours (14) the picture needs."""
    return marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != 0xEE)


def bare_jpeg(data: bytes) -> bytes:
    out, at = bytearray(), 0
    for marker, begin, end in segments(data, 0):
        if tells(marker):
            out += data[at:begin]
            at = end
    return bytes(out + data[at:])


def blank_jpegs(data: bytearray) -> None:
    """The same for pictures inside something else, whose lengths must stay."""
    at = data.find(JPEG)
    while at >= 0:
        for marker, begin, end in segments(data, at):
            if tells(marker):
                data[begin + 4 : end] = bytes(end - begin - 4)
        at = data.find(JPEG, at + 3)


def bare_jp2(data: bytes) -> bytes:
    """JPEG 2000: boxes of XML and of others' data become free space."""
    out, at = bytearray(data), 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        size = len(data) - at if size == 0 else size
        if size < 8 or at + size > len(data):
            break
        if data[at + 4 : at + 8] in (b"uuid", b"xml ", b"uinf"):
            out[at + 4 : at + size] = b"free" + bytes(size - 8)
        at += size
    return bytes(out)


# --- PDF -----------------------------------------------------------------------------------

#: What says who made a thing, with what and when, or runs by itself, wherever it stands.
EVERYWHERE = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AA", "/AF", "/CreatorInfo")
#: Of the document: signatures' further parts, scripts, where the reader's program goes by itself.
OF_THE_ROOT = ("/Perms", "/DSS", "/OpenAction", "/URI", "/Collection", "/Extensions", "/Legal")
#: Of what people wrote on pages: who, when and under which number.
OF_REMARKS = ("/T", "/NM", "/M", "/CreationDate")


def pdf(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, StreamObject

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise SystemExit(LOCKED)
    # Only what the document reaches is taken over: earlier versions below it stay behind.
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    if not len(writer.pages) or len(writer._objects) > OBJECTS_MAX:
        raise ValueError("no pages")
    root = writer.root_object
    for name in OF_THE_ROOT:
        root.pop(name, None)
    names = root.get("/Names")
    names = names.get_object() if names is not None else {}
    for name in ("/EmbeddedFiles", "/JavaScript"):
        names.pop(name, None)
    form = root.get("/AcroForm")
    if form is not None:
        form.get_object().pop("/SigFlags", None)
        form.get_object().pop("/XFA", None)
    for found in writer._objects:
        if not isinstance(found, DictionaryObject):
            continue
        for name in EVERYWHERE:
            found.pop(name, None)
        if found.get("/FT") == "/Sig":
            # Its picture stays. What was signed is the file as it was sent, and that is kept.
            found.pop("/V", None)
        kind = found.get("/Subtype")
        if "/Rect" in found and kind not in ("/Widget", "/Link"):
            for name in OF_REMARKS:
                found.pop(name, None)
            if kind in ("/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia"):
                found.pop("/FS", None)
                found.pop("/Sound", None)
        action = found.get("/A")
        action = action.get_object() if action is not None else None
        if isinstance(action, DictionaryObject) and action.get("/S") not in ("/GoTo", "/URI"):
            found.pop("/A")
        if isinstance(found, StreamObject) and kind == "/Image":
            picture(found)
    out = io.BytesIO()
    writer.write(out)
    # What was taken off is still among the objects, with nothing that leads to it.
    last = PdfWriter(clone_from=PdfReader(out, strict=False))
    last.metadata = None
    # The same file sent twice is the same file here, too, so that it is stored once.
    fresh = ByteStringObject(hashlib.sha256(out.getvalue()).digest()[:16])
    last._ID = ArrayObject([fresh, fresh])
    out = io.BytesIO()
    last.write(out)
    return out.getvalue()


def picture(found: Any) -> None:
    """A photograph inside: its file's own remarks go."""
    from pypdf.filters import decode_stream_data
    from pypdf.generic import ArrayObject, NameObject, StreamObject

    filters = found.get("/Filter")
    chain = [filters] if isinstance(filters, str) else list(filters or [])
    if not chain or chain[-1] not in ("/DCTDecode", "/JPXDecode"):
        return
    raw = found._data
    if chain[:-1]:
        # Packed once more, as some programs do: unpacked, or its remarks would stay inside.
        outer = StreamObject()
        outer._data = raw
        outer[NameObject("/Filter")] = ArrayObject(NameObject(name) for name in chain[:-1])
        if isinstance(found.get("/DecodeParms"), list):
            outer[NameObject("/DecodeParms")] = ArrayObject(list(found["/DecodeParms"])[:-1])
        raw = decode_stream_data(outer)
        found[NameObject("/Filter")] = NameObject(chain[-1])
        found.pop("/DecodeParms", None)
    found._data = bare_jpeg(raw) if chain[-1] == "/DCTDecode" else bare_jp2(raw)


# --- OLE: .xls, and what is embedded in others ---------------------------------------------

PROPERTIES = {
    "\x05SummaryInformation": "e0859ff2f94f6810ab9108002b27b3d9",
    "\x05DocumentSummaryInformation": "02d5cdd59c2e1b10939708002b2cf9ae",
}
#: Streams of shared workbooks in which people are named.
PEOPLE = ("User Names", "Revision Log")
WRITEACCESS, FILESHARING, FILEPASS, NOTE = 0x5C, 0x5B, 0x2F, 0x1C
DRAWINGS, CONTINUE = 0xEB, 0x3C


def no_properties(format_id: str, size: int) -> bytes:
    """A set of properties with none in it."""
    head = struct.pack("<HHI16xI", 0xFFFE, 0, 2, 1) + bytes.fromhex(format_id)
    return (head + struct.pack("<III", 48, 8, 0)).ljust(size, b"\0")[:size]


def ole(data: bytes, kind: str) -> bytes:
    import olefile

    out = io.BytesIO(data)
    with olefile.OleFileIO(out, write_mode=True) as file:
        paths = file.listdir()
        last = {path[-1] for path in paths}
        if last & {"EncryptedPackage", "EncryptionInfo", "_VBA_PROJECT"}:
            raise SystemExit(LOCKED)
        if kind == "xls" and not last & {"Workbook", "Book"}:
            raise ValueError("no workbook")
        for path in paths:
            name, size = path[-1], file.get_size(path)
            if name in PROPERTIES:
                file.write_stream(path, no_properties(PROPERTIES[name], size))
            elif name in PEOPLE:
                file.write_stream(path, bytes(size))
            elif name in ("Workbook", "Book"):
                content = file.openstream(path).read()
                file.write_stream(path, workbook(content, remarks=name == "Workbook"))
    return out.getvalue()


def workbook(data: bytes, *, remarks: bool = True) -> bytes:
    """BIFF records: who has it open, who keeps it to themselves, who commented, photographs.

    remarks:  whether a remark's record names its author, as from Excel 97 on; it was the text.
    """
    out, drawing = bytearray(data), list[tuple[int, int]]()
    at = previous = count = 0
    while at + 4 <= len(out):
        kind, length = struct.unpack_from("<HH", out, at)
        begin, end = at + 4, at + 4 + length
        count += 1
        if end > len(out) or count > RECORDS_MAX:
            break
        if kind == FILEPASS:
            raise SystemExit(LOCKED)
        if kind == WRITEACCESS and length >= 4:
            out[begin:end] = b"\x01\x00\x00".ljust(length, b" ")
        elif kind == FILESHARING and length > 7:
            out[begin + 7 : end] = b" " * (length - 7)
        elif kind == NOTE and remarks and length > 11:
            letters = b" \0" if out[begin + 10] & 1 else b" "
            room = length - 11
            out[begin + 11 : end] = (letters * room)[:room]
        elif kind == DRAWINGS or (kind == CONTINUE and previous == DRAWINGS):
            drawing.append((begin, end))
        previous = previous if kind == CONTINUE else kind
        at = end
    # A photograph goes on from record to record, so all are looked at as one.
    joined = bytearray(b"".join(out[begin:end] for begin, end in drawing))
    blank_jpegs(joined)
    at = 0
    for begin, end in drawing:
        out[begin:end] = joined[at : at + end - begin]
        at += end - begin
    return bytes(out)


def main() -> None:
    kind, path, target = sys.argv[1:]
    limit_self()
    with open(path, "rb") as file:
        data = file.read()
    bare = pdf(data) if kind == "pdf" else ole(data, kind)
    try:
        with open(target, "xb") as file:
            file.write(bare)
    except OSError as error:
        raise SystemExit(DISK_FULL if error.errno == errno.ENOSPC else 1) from None


if __name__ == "__main__":
    main()
