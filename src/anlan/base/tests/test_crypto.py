"""S29–S31: what is written under one profile is read under another, and nothing may be moved."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base import crypto
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
