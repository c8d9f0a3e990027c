"""S29–S31: what is written under one profile is read under another, and nothing may be moved."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from anlan.base import crypto, sm2
from anlan.base.crypto import SUITES, KeysMissing, Ring, Tampered


@pytest.fixture
def home(tmp_path, settings):
    settings.HOME = tmp_path
    return tmp_path


def test_S29_sm3_gives_the_standards_answer():
    # GB/T 32905-2016, annex A.1.
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert crypto.digest(b"abc") == f"sm3:{expected}"


def test_S29_sm4_gives_the_standards_answer():
    # GB/T 32907-2016, annex A: one block, key and text the same.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # the vector is of one block
    answer = encryptor.update(block) + encryptor.finalize()
    assert answer.hex() == "681edf34d206965e86b3e94f536e4246"


def test_S29_sm4_gcm_gives_the_answer_of_rfc_8998():
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    sealed = SUITES["gm"].encrypt(key, nonce, plain, bound)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SUITES["gm"].decrypt(key, nonce, sealed, bound) == plain


def test_S29_sha256_is_the_known_one():
    answer = crypto.digest(b"abc", SUITES["intl"])
    assert answer == "sha256:" + hashlib.sha256(b"abc").hexdigest()


def test_S29_both_profiles_are_read_whichever_one_writes(home):
    first = crypto.seal_text("昆明", "hazards.text:1", "field")
    assert crypto.ring().rotate("intl").suite.name == "intl"
    second = crypto.seal_text("大理", "hazards.text:2", "field")
    crypto.ring().rotate("gm")
    assert crypto.unseal_text(first, "hazards.text:1", "field") == "昆明"
    assert crypto.unseal_text(second, "hazards.text:2", "field") == "大理"


# GB/T 32918.5-2017, annex A.2: the recommended curve, signer "1234567812345678".
SM2_PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
SM2_X = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
SM2_Y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
SM2_R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
SM2_S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
SM2_MESSAGE = b"message digest"


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])
    return bytes([tag]) + length + body


def whole_number(digits: str) -> bytes:
    number = bytes.fromhex(digits)
    return der(2, (b"\0" if number[0] & 0x80 else b"") + number)


ON_SM2 = der(0x30, bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a811ccf5501822d"))
PUBLIC = der(0x30, ON_SM2, der(3, b"\0\4" + bytes.fromhex(SM2_X + SM2_Y)))
PRIVATE = der(
    0x30, b"\2\1\0", ON_SM2, der(4, der(0x30, b"\2\1\1", der(4, bytes.fromhex(SM2_PRIVATE))))
)
SIGNATURE = der(0x30, whole_number(SM2_R), whole_number(SM2_S))


@pytest.fixture(params=sorted(sm2.candidates()))
def openssl(request, monkeypatch):
    """Each copy of OpenSSL on this machine in turn."""
    monkeypatch.setattr(sm2, "candidates", lambda: iter([request.param]))
    sm2.library.cache_clear()
    yield sm2.library()
    sm2.library.cache_clear()


def test_S29_sm2_gives_the_standards_answers(openssl):
    assert sm2.public(PRIVATE) == PUBLIC
    assert sm2.verified(PUBLIC, SM2_MESSAGE, SIGNATURE)
    # A fresh signature has another random number in it, so the standard's key must vouch for it.
    fresh = sm2.sign(PRIVATE, SM2_MESSAGE)
    assert fresh != SIGNATURE
    assert sm2.verified(PUBLIC, SM2_MESSAGE, fresh)


def test_S29_sm2_takes_no_other_signature_signer_message_or_curve(openssl):
    assert not sm2.verified(PUBLIC, SM2_MESSAGE + b".", SIGNATURE)
    assert not sm2.verified(PUBLIC, SM2_MESSAGE, SIGNATURE, signer=b"ALICE123@YAHOO.COM")
    swapped = der(0x30, whole_number(SM2_S), whole_number(SM2_R))
    for bent in (swapped, SIGNATURE[:-1], b"", bytes(72)):
        assert not sm2.verified(PUBLIC, SM2_MESSAGE, bent)
    other = sm2.public(sm2.generate())
    assert not sm2.verified(other, SM2_MESSAGE, SIGNATURE)
    p256 = bytes.fromhex("06082a8648ce3d030107")
    foreign = der(0x30, der(0x30, ON_SM2[2:11], p256), der(3, b"\0\4" + bytes(64)))
    for bent in (foreign, PUBLIC[:-1], b"", bytes(600)):
        assert not sm2.verified(bent, SM2_MESSAGE, SIGNATURE)
    with pytest.raises(sm2.Sm2Refused):
        sm2.sign(SUITES["intl"].signing_key(), SM2_MESSAGE)


def test_S29_ed25519_gives_the_answer_of_rfc_8032():
    # Section 7.1, test 3.
    private = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    wrapped = der(0x30, b"\2\1\0", bytes.fromhex("300506032b6570"), der(4, der(4, private)))
    signature = SUITES["intl"].sign(wrapped, bytes.fromhex("af82"))
    assert signature.hex() == (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )


@pytest.mark.parametrize("name", sorted(SUITES))
def test_S29_every_suite_seals_signs_and_refuses_alike(name):
    suite = SUITES[name]
    key, nonce = bytes(suite.key_bytes), bytes(12)
    sealed = suite.encrypt(key, nonce, b"plain", b"bound")
    assert suite.decrypt(key, nonce, sealed, b"bound") == b"plain"
    for bent, bound in ((sealed[:-1], b"bound"), (sealed, b"elsewhere"), (b"", b"bound")):
        with pytest.raises((InvalidTag, ValueError)):
            suite.decrypt(key, nonce, bent, bound)
    private = suite.signing_key()
    public = suite.public_key(private)
    signature = suite.sign(private, b"data")
    assert suite.verified(public, b"data", signature)
    assert not suite.verified(public, b"date", signature)
    assert not suite.verified(suite.public_key(suite.signing_key()), b"data", signature)
    assert not suite.verified(b"no key", b"data", signature)
    for other in SUITES.values():
        assert other is suite or not other.verified(public, b"data", signature)


def test_S29_without_openssl_signing_by_sm2_is_refused_in_words_and_sealing_goes_on(
    home, monkeypatch, refused
):
    monkeypatch.setattr(sm2, "candidates", lambda: iter(["/nowhere/libcrypto.so"]))
    sm2.library.cache_clear()
    try:
        with refused("sm2_missing"):
            SUITES["gm"].signing_key()
        with refused("sm2_missing"):
            SUITES["gm"].verified(PUBLIC, SM2_MESSAGE, SIGNATURE)
        sealed = crypto.seal(b"x", "t.c:1", "field")
        assert crypto.unseal(sealed, "t.c:1", "field") == b"x"
    finally:
        sm2.library.cache_clear()


def test_S29_a_certified_modules_suite_takes_its_place_beside_the_others(home, monkeypatch):
    """A stand-in for a signature server: keys are numbers, and only it knows what they mean."""

    class Module(type(SUITES["gm"])):
        name = "module"
        kept: dict[bytes, bytes] = {}

        def signing_key(self) -> bytes:
            number = b"slot-%d" % (len(self.kept) + 1)
            self.kept[number] = super().signing_key()
            return number

        def public_key(self, private: bytes) -> bytes:
            return super().public_key(self.kept[private])

        def sign(self, private: bytes, data: bytes) -> bytes:
            return super().sign(self.kept[private], data)

    before = crypto.seal(b"x", "t.c:1", "field")
    monkeypatch.setattr(crypto, "SUITES", {**SUITES, "module": Module()})
    key = crypto.ring().rotate("module")
    handle = key.suite.signing_key()
    signature = key.suite.sign(handle, b"data")
    assert handle == b"slot-1"
    assert SUITES["gm"].verified(key.suite.public_key(handle), b"data", signature)
    after = crypto.seal(b"y", "t.c:2", "field")
    assert b"module" in after[:30]
    assert crypto.unseal(before, "t.c:1", "field") == b"x"
    assert crypto.unseal(after, "t.c:2", "field") == b"y"


@pytest.mark.parametrize("name", sorted(SUITES))
def test_S29_the_setting_chooses_what_the_first_key_is_for(home, settings, name):
    settings.CRYPTO_PROFILE = name
    assert crypto.ring().current().suite.name == name
    assert name.encode() in crypto.seal(b"x", "t.c:1", "field")[:30]


def test_S30_two_ciphertexts_that_were_swapped_are_refused(home):
    sealed = crypto.seal(b"530102", "people.id_number:1", "field")
    with pytest.raises(Tampered):
        crypto.unseal(sealed, "people.id_number:2", "field")
    with pytest.raises(Tampered):
        crypto.unseal(sealed, "people.id_number:1", "another purpose")


@given(st.binary(max_size=40), st.data())
def test_S30_no_changed_byte_is_read(tmp_path_factory, plain, data):
    from django.test import override_settings

    with override_settings(HOME=tmp_path_factory.mktemp("home")):
        sealed = crypto.seal(plain, "t.c:1", "field")
        assert crypto.unseal(sealed, "t.c:1", "field") == plain
        place = data.draw(st.integers(0, len(sealed) - 1))
        flip = data.draw(st.integers(1, 255))
        bent = sealed[:place] + bytes([sealed[place] ^ flip]) + sealed[place + 1 :]
        with pytest.raises(Tampered):
            crypto.unseal(bent, "t.c:1", "field")


def test_S30_equal_values_are_found_by_a_keyed_sum_that_outlives_a_rotation(home):
    before = crypto.blind("530102199001011234", "id_number")
    crypto.ring().rotate()
    assert crypto.blind("530102199001011234", "id_number") == before
    assert crypto.blind("530102199001011235", "id_number") != before
    assert crypto.blind("530102199001011234", "phone") != before


def test_S31_keys_are_made_once_and_only_their_owner_reads_them(home):
    crypto.ring().current()
    path = home / "secrets" / "keys.json"
    assert path.stat().st_mode & 0o077 == 0
    assert Ring(path).current().secret == crypto.ring().current().secret


def test_S31_a_start_without_the_keys_is_refused_where_something_was_written_with_them(home):
    (home / "audit-heads.log").write_text("{}\n")
    with pytest.raises(KeysMissing):
        crypto.ring().current()


def test_S31_another_process_sees_a_new_key_at_once(home):
    path = home / "secrets" / "keys.json"
    mine, theirs = Ring(path), Ring(path)
    mine.current()
    new = theirs.rotate()
    assert mine.get(new.id).secret == new.secret


def test_keys_of_another_installation_are_strangers(home):
    ours, theirs = (Ring(home / name / "keys.json").current() for name in ("a", "b"))
    assert ours.id != theirs.id


def test_an_unknown_key_id_fits_nothing(home):
    key_id, computed = crypto.mac(b"x", "audit")
    assert crypto.mac_ok(b"x", "audit", key_id, computed)
    assert not crypto.mac_ok(b"y", "audit", key_id, computed)
    assert not crypto.mac_ok(b"x", "audit", "k99", computed)
