"""Files are taken under limits, circulate bare, stay whole under seal, and prove themselves."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.papers import attachments
from anlan.kernel.papers import store as disk
from anlan.kernel.papers.models import Attachment, Blob
from anlan.kernel.papers.tests.samples import PDF

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
LI = Actor(7, "李建国", 12, "10.1.2.3")


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def photo(size=(640, 480), format_="JPEG", **save) -> bytes:
    """A photo as a phone takes it: with place, device and author."""
    image = Image.new("RGB", size, "orange")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "HUAWEI", "ALN-AL00", "zhang san"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (IFDRational(25), IFDRational(2), IFDRational(27))
    gps[3], gps[4] = "E", (IFDRational(102), IFDRational(42), IFDRational(11))
    exif[0x8825] = gps
    out = io.BytesIO()
    image.save(out, format_, exif=exif, **save)
    return out.getvalue()


def office(kind: str, extra: dict[str, bytes] | None = None) -> bytes:
    folder = {"docx": "word", "xlsx": "xl"}[kind]
    main = {"docx": "document", "xlsx": "workbook"}[kind]
    parts = {
        "[Content_Types].xml": b"<Types/>",
        f"{folder}/{main}.xml": '<w:ins w:author="王五" w:id="1">整改通知</w:ins>'.encode(),
        "docProps/core.xml": (
            "<cp:coreProperties><dc:title>整改通知书</dc:title><dc:creator>张三</dc:creator>"
            "<cp:lastModifiedBy>李四</cp:lastModifiedBy></cp:coreProperties>"
        ).encode(),
        "docProps/app.xml": "<Properties><Company>某某公司</Company></Properties>".encode(),
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def store(data: bytes, name: str, **options) -> Attachment:
    return attachments.store(data, name, "hazards.hazard", "h-1", "after", by=LI, at=AT, **options)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("format_", "name"), [("JPEG", "现场.jpg"), ("PNG", "a.png"), ("WEBP", "b.webp")]
)
def test_S49_a_photo_circulates_without_place_device_and_author(format_, name):
    sent = photo(format_=format_)
    assert b"HUAWEI" in sent
    kept = store(sent, name)
    data, kind = attachments.read(kept)
    image = Image.open(io.BytesIO(data))
    assert (image.size, image.format, kind) == ((640, 480), format_, kept.blob.kind)
    assert not image.getexif()
    for word in (b"HUAWEI", b"ALN-AL00", b"zhang san", b"Exif"):
        assert word not in data
    assert kept.stripped
    assert attachments.original(kept, by=LI, at=AT, reason="取证") == sent


@pytest.mark.django_db
def test_S49_the_original_is_ciphertext_on_the_disk_and_asking_for_it_is_on_record(media):
    sent = photo()
    kept = store(sent, "a.jpg")
    assert not [path for _, path in disk.files() if b"HUAWEI" in path.read_bytes()]
    attachments.original(kept, by=LI, at=AT, reason="取证")
    row = AuditRow.objects.latest("id")
    assert (row.action, row.object_id, row.reason) == ("papers.original", str(kept.pk), "取证")
    # Bound to its attachment: another row can't open it.
    kept.pk = uuid7()
    with pytest.raises(crypto.Tampered):
        attachments.original(kept, by=LI, at=AT, reason="取证")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_S49_a_paper_circulates_without_its_authors(kind):
    sent = office(kind)
    data, _ = attachments.read(store(sent, f"通知.{kind}"))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        content = b"".join(file.read(name) for name in file.namelist())
    for name in ("张三", "李四", "王五", "某某公司"):
        assert name.encode() not in content
    assert "整改通知书".encode() in content
    assert "整改通知</w:ins>".encode() in content


@pytest.mark.django_db
def test_S49_a_photo_inside_a_paper_is_bare_too():
    sent = office("docx", {"word/media/image1.jpeg": photo()})
    data, _ = attachments.read(store(sent, "a.docx"))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert b"HUAWEI" not in file.read("word/media/image1.jpeg")


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


@pytest.mark.django_db
def test_S49_a_video_loses_its_user_data_and_keeps_its_frames():
    place = box(b"udta", box(b"\xa9xyz", b"+25.0408+102.7123/"))
    moov = box(b"moov", box(b"mvhd", bytes(20)) + place + box(b"trak", place))
    sent = box(b"ftyp", b"isom0000") + moov + box(b"mdat", b"frames" * 50)
    data, _ = attachments.read(store(sent, "a.mp4"))
    assert len(data) == len(sent)
    assert b"+25.0408" not in data
    assert b"frames" * 50 in data


@pytest.mark.django_db
def test_a_photo_lies_upright_and_no_larger_than_pages_need():
    image = Image.new("RGB", (4_000, 1_000), "orange")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by the camera
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    kept = store(out.getvalue(), "a.jpg")
    assert (kept.blob.width, kept.blob.height) == (640, 2_560)
    assert (kept.thumbnail.width, kept.thumbnail.height) == (80, 320)
    assert attachments.read(kept, thumbnail=True)[1] == "image/webp"


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


def zip_bomb() -> bytes:
    return office("docx", {"word/big.xml": bytes(30_000_000)})


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (lambda: b"MZ\x90\x00", "a.exe", "file_kind_not_allowed"),
        (lambda: b"<svg onload=alert(1)>", "a.svg", "file_kind_not_allowed"),
        (lambda: b"<html><script>", "a.html", "file_kind_not_allowed"),
        (lambda: photo(), "a.pdf", "file_kind_mismatch"),
        (lambda: b"MZ\x90\x00", "a.jpg", "file_kind_mismatch"),
        (lambda: photo(format_="PNG"), "a.jpg", "file_kind_mismatch"),
        (lambda: b"<html><script>", "a.csv", "file_kind_mismatch"),
        (lambda: office("docx"), "a.xlsx", "file_kind_mismatch"),
        (lambda: b"", "a.jpg", "file_empty"),
        (lambda: b"\xff\xd8\xff" + bytes(20_000_001), "a.jpg", "file_too_big"),
        (lambda: photo()[:600], "a.jpg", "file_broken"),
        (lambda: bomb(), "a.png", "image_too_large"),
        (lambda: zip_bomb(), "a.docx", "file_unsafe"),
        (lambda: office("docx", {"word/vbaProject.bin": b"x"}), "a.docx", "file_unsafe"),
        (lambda: office("docx", {"word/x.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"}), "a.docx",
         "file_unsafe"),
        (lambda: office("docx")[:-30], "a.docx", "file_broken"),
    ],
)  # fmt: skip
def test_S55_what_is_not_a_proof_is_refused(data, name, code, refused, media):
    with refused(code):
        store(data(), name)
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_S55_a_bomb_is_refused_before_it_goes_off(refused):
    import resource
    import time

    data = bomb()
    assert len(data) < 200_000
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with refused("image_too_large"):
        store(data, "a.png")
    assert time.perf_counter() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.django_db
def test_S55_it_is_served_as_a_download_that_no_browser_runs():
    response = attachments.serve(store(PDF, '整改 "报告".pdf'))
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert '"' not in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\zhang\\照片.jpg", "照片.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
        ("exe\u202egpj.jpg", "exegpj.jpg"),
        ("长" * 300 + ".jpg", "长" * 146 + ".jpg"),
        ("..", "file"),
    ],
)
def test_S55_a_name_is_a_name_and_nothing_else(sent, kept):
    assert attachments.clean_name(sent) == kept


@pytest.mark.django_db
def test_S55_the_scanner_has_its_say(settings, refused, tmp_path):
    scanner = tmp_path / "scan.sh"
    scanner.write_text('#!/bin/sh\ngrep -q EICAR "$1" && exit 1\nexit 0\n')
    scanner.chmod(0o755)
    settings.SCANNER = str(scanner)
    store(PDF, "a.pdf")
    with refused("file_unsafe"):
        store(PDF + b"EICAR", "a.pdf")
    settings.SCANNER = "/nowhere/scanner"
    with refused("file_unsafe"):
        store(PDF, "a.pdf")


@pytest.mark.django_db
def test_the_same_bytes_are_stored_once():
    first, second = store(photo(), "a.jpg"), store(photo(), "b.jpg")
    assert first.blob_id == second.blob_id
    assert first.blob_id.startswith("sm3:")
    assert first.original_id != second.original_id


@pytest.mark.django_db
def test_an_upload_that_is_repeated_changes_nothing(refused):
    pk = uuid7()
    first = store(photo(), "a.jpg", pk=pk)
    assert store(photo(), "a.jpg", pk=pk) == first
    assert Attachment.objects.count() == 1
    with refused("attachment_reused"):
        store(photo(size=(10, 10)), "a.jpg", pk=pk)


@pytest.mark.django_db
def test_F05_one_flipped_byte_is_found_named_and_not_served(refused, media):
    kept = store(photo(), "a.jpg")
    assert list(attachments.invariants()) == [("I8 attachments", True, 3, "")]
    path = disk.path_of(kept.blob_id)
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])

    with refused("file_damaged"):
        attachments.serve(kept)

    assert attachments.health(AT) == ["files_damaged"]
    row = AuditRow.objects.latest("id")
    assert (row.action, row.result, row.object_id) == ("papers.damaged", "alarm", kept.blob_id[:60])
    ((_, ok, _, detail),) = attachments.invariants()
    assert (ok, detail) == (False, kept.blob_id)
    with refused("file_damaged"):
        attachments.serve(kept)
    assert AuditRow.objects.filter(action="papers.damaged").count() == 1, (
        "one alarm, not one a look"
    )

    # The same photo sent again, or a backup, puts it right.
    path.write_bytes(good)
    kept = Attachment.objects.get(pk=kept.pk)
    attachments.serve(kept)
    assert attachments.health(AT) == []


@pytest.mark.django_db
def test_I8_a_file_that_is_gone_is_named():
    kept = store(PDF, "a.pdf")
    disk.path_of(kept.blob_id).unlink()
    assert list(attachments.invariants()) == [("I8 attachments", False, 2, kept.blob_id)]
    # Sent again, it is there again.
    store(PDF, "b.pdf")
    assert next(attachments.invariants())[1]


@pytest.mark.django_db
def test_what_is_withdrawn_is_no_longer_listed_and_still_there(refused):
    kept = store(PDF, "a.pdf")
    assert list(Attachment.objects.of("hazards.hazard", "h-1")) == [kept]
    assert attachments.by_object("hazards.hazard", ["h-1", "h-2"]) == {"h-1": [kept]}
    attachments.withdraw(kept.pk, by=LI, at=AT, reason="传错了")
    assert not Attachment.objects.of("hazards.hazard", "h-1").exists()
    assert disk.path_of(kept.blob_id).exists()
    with refused("not_found"):
        attachments.withdraw(kept.pk, by=LI, at=AT, reason="再来")


@pytest.mark.django_db
def test_files_of_transactions_that_were_rolled_back_are_swept_after_a_day():
    kept = store(PDF, "a.pdf")
    orphan = disk.path_of(disk.put(b"nobody speaks of me"))
    assert attachments.sweep() == 0
    for path in (orphan, disk.path_of(kept.blob_id)):
        os.utime(path, (0, 0))
    assert attachments.sweep() == 1
    assert not orphan.exists()
    assert disk.path_of(kept.blob_id).exists()


@pytest.mark.skipif(not Path("/usr/bin/strace").exists(), reason="strace is absent")
def test_F04_a_file_is_on_the_disk_before_anything_speaks_of_it(tmp_path):
    code = (
        "import django; django.setup(); from anlan.kernel.papers import store;"
        "store.put(b'proof'); print('row')"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.config.settings", "PYTHONPATH": "src",
           "ANLAN_HOME": str(tmp_path)}  # fmt: skip
    log = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,rename,renameat,write",
         sys.executable, "-c", code], env=env, check=True, capture_output=True,
    )  # fmt: skip
    calls = [line for line in log.read_text().splitlines() if "resumed" not in line]
    wrote = next(n for n, line in enumerate(calls) if '"proof"' in line)
    tail = calls[wrote:]
    order = [word for line in tail for word in ("fsync(", "rename(", '"row') if word in line]
    assert order[:2] == ["fsync(", "rename("]
    assert order[2] == "fsync("
    assert order[-1] == '"row'


@pytest.mark.django_db
def test_a_full_disk_is_said_and_leaves_nothing(refused, monkeypatch, media):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    crypto.ring().current()  # a full disk keeps no first key either, which is another story
    monkeypatch.setattr(os, "fsync", full)
    with refused("store_full"):
        store(PDF, "a.pdf")
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert not Blob.objects.exists()
