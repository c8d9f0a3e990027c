"""Bytes of text files: each encoding gives its own words back, and none is taken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.papers.documents import read
from anlan.kernel.papers.encodings import common_share, decoded

HANS = (
    "各县（市、区）人民政府：现将《2025年安全生产工作要点》印发给你们，请结合实际抓好落实。"
    "一、强化煤矿专项整治，抽查检查不低于50矿次。二、9月底前完成尾矿库治理，确保隐患整改率达到98%以上。"
)
HANT = (
    "各縣市政府、各有關單位:為加強職業安全衛生管理,防止重大職業災害發生,特訂定本計畫。"
    "一、每季至少辦理3場次宣導會。二、工作場所負責人應於114年6月30日前完成自主檢查,並將結果報府備查。"
)


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        (HANS, "utf-8", {"utf-8"}),
        (HANS, "gb18030", {"gb18030"}),
        (HANS, "gbk", {"gb18030"}),
        (HANT, "utf-8", {"utf-8"}),
        # Traditional characters of the mainland's encoding are no Big5.
        (HANT, "gb18030", {"gb18030"}),
        (HANT, "cp950", {"cp950", "big5hkscs"}),
        (HANT, "big5hkscs", {"cp950", "big5hkscs"}),
        # What only Hong Kong's table has: 啲, 嘅, 喺.
        ("呢啲係嘅喺度嘅工人喎,唔好攀爬棚架,要戴好安全帽。", "big5hkscs", {"big5hkscs"}),
        (HANS, "utf-16", {"utf-16"}),
        # Accents between plain letters are no Chinese.
        ("Worker of Müller GmbH fell from a scaffold at Café Zoë, 3½ m.", "cp1252", {"cp1252"}),
    ],
)
def test_words_come_back(tmp_path, text, encoding, said):
    found = decoded(text.encode(encoding))
    assert found is not None
    assert found[0] == text
    assert found[1] in said
    path = tmp_path / "notice.txt"
    path.write_bytes(text.encode(encoding))
    document = read(path)
    assert (document.text, document.encoding) == found


def pieces_of(text: str) -> st.SearchStrategy[str]:
    """Stretches of 20 characters or more: as short as a text can be told by its characters."""
    last = len(text) - 20
    return st.tuples(st.integers(0, last), st.integers(20, len(text))).map(
        lambda cut: text[cut[0] : cut[0] + cut[1]]
    )


@given(pieces_of(HANS))
def test_no_stretch_of_simplified_words_is_taken_for_big5(text):
    assert decoded(text.encode("gb18030")) == (text, "gb18030")
    assert decoded(text.encode()) == (text, "utf-8")


@given(pieces_of(HANT))
def test_a_stretch_of_big5_is_read_and_one_of_gb18030_too(text):
    assert (decoded(text.encode("cp950")) or ("",))[0] == text
    assert decoded(text.encode("gb18030")) == (text, "gb18030")


def test_a_page_that_says_big5_may_use_what_windows_added(kept_page):
    # 裏 and 恒 stand in Windows' table and not in the standard's.
    document = read(kept_page("<html><meta charset=big5><p>工程裏的恒常檢查每月一次</p>", "cp950"))
    assert document.text.strip() == "工程裏的恒常檢查每月一次"
    assert document.encoding == "cp950"


# Python knows the last two, though no text is in them.
@pytest.mark.parametrize("name", ["no-such-code", "punycode", "undefined"])
def test_a_page_that_names_no_code_we_know_is_read_by_its_bytes(kept_page, name):
    document = read(kept_page(f"<html><meta charset={name}><p>{HANT}</p>", "cp950"))
    assert HANT in document.text.replace("\n", "")


@pytest.fixture
def kept_page(tmp_path):
    def keep(page: str, encoding: str):
        path = tmp_path / "page.html"
        path.write_bytes(page.encode(encoding))
        return path

    return keep


def test_what_is_common():
    assert common_share(HANS) > 0.95
    assert common_share(HANT) > 0.95
    assert common_share(HANT.encode("cp950").decode("gb18030", "replace")) < 0.7
    assert common_share("no such letters") == 1.0
