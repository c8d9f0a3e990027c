"""S33: whoever isn't on this machine is answered over TLS, or not at all."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anlan.config import server
from tests.databases import ROOT

pytestmark = [
    pytest.mark.realdb,
    pytest.mark.sqlite,
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning"),
]
SECONDS_MAX = 60
PEM = serialization.Encoding.PEM
OPEN = serialization.NoEncryption()


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(PEM))
    secret.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, OPEN))
    return certificate, secret


@pytest.fixture
def port(realdb: Any, pair: tuple[Path, Path]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    env = {
        **realdb.env, "ANLAN_TLS_CERTIFICATE": str(pair[0]), "ANLAN_TLS_KEY": str(pair[1]),
        "ANLAN_HOSTS": "127.0.0.1", "ANLAN_UNSAFE": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "anlan.config.cli", "serve", "--port", str(free), "--workers", "1"],
        env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield free
    finally:
        process.terminate()
        process.wait(SECONDS_MAX)


def test_S33_it_speaks_tls_itself_and_gives_no_answer_without(
    port: int, pair: tuple[Path, Path]
) -> None:
    trusting = ssl.create_default_context(cafile=str(pair[0]))

    def ask(path: str, **headers: str) -> http.client.HTTPResponse:
        asked = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting)
        asked.request("GET", path, headers=headers)
        return asked.getresponse()

    answer = _eventually(lambda: ask("/accounts/login/"))
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)
    # It is its own gateway: what a client says of a former hop is no reason to believe otherwise.
    assert ask("/accounts/login/", **{"X-Forwarded-Proto": "http"}).status == 200
    assert ask("/api/v1/hazards/").status == 401

    for path in ("/accounts/login/", "/api/v1/hazards/"):
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        plain.request("GET", path, headers={"Authorization": "Bearer secret"})
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.getresponse()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            old.wrap_socket(raw)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3"])
def test_S33_without_tls_no_other_machine_is_answered(
    realdb: Any,
    host: str,
    settings: Any,
    refused: Callable[[str], Any],
    monkeypatch: Any,
    capsys: Any,
) -> None:
    monkeypatch.delenv("ANLAN_UNSAFE", raising=False)
    with refused("plain_on_network"):
        server._check_network(host)
    for own in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        server._check_network(own)
    settings.HTTPS = True  # a gateway stands before it
    server._check_network(host)
    assert capsys.readouterr().err == ""
    settings.HTTPS = False
    monkeypatch.setenv("ANLAN_UNSAFE", "1")
    server._check_network(host)
    assert "TLS" in capsys.readouterr().err


def test_S33_a_certificate_that_cannot_be_used_is_told_before_anything_starts(
    pair: tuple[Path, Path], settings: Any, refused: Callable[[str], Any], tmp_path: Path
) -> None:
    def use(certificate: Path | str, key: Path | str) -> None:
        settings.TLS_CERTIFICATE, settings.TLS_KEY = str(certificate), str(key)
        server._check_tls()

    use(*pair)
    other = ec.generate_private_key(ec.SECP256R1())
    strange, locked, old = (tmp_path / name for name in ("strange", "locked", "old"))
    strange.write_bytes(other.private_bytes(PEM, serialization.PrivateFormat.PKCS8, OPEN))
    mine = serialization.load_pem_private_key(pair[1].read_bytes(), None)
    best = serialization.BestAvailableEncryption(b"secret")
    locked.write_bytes(mine.private_bytes(PEM, serialization.PrivateFormat.PKCS8, best))
    form = serialization.PrivateFormat.TraditionalOpenSSL
    old.write_bytes(mine.private_bytes(PEM, form, OPEN))
    for certificate, key in (
        (pair[0], strange), (pair[0], locked), (pair[0], old), (pair[0], ""), ("", pair[1]),
        (tmp_path / "gone", pair[1]),
    ):  # fmt: skip
        with refused("tls_unusable"):
            use(certificate, key)
    use("", "")


def _eventually(ask: Callable[[], http.client.HTTPResponse]) -> http.client.HTTPResponse:
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        try:
            return ask()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
