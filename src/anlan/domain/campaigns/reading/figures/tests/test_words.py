"""Figures that stand in words, and slogans that aren't any."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read


@pytest.mark.parametrize(
    ("text", "value", "unit", "kind"),
    [
        ("全省未发生重大及以上生产安全事故。", 0, "起", "zero_in_words"),
        ("各市没有新建尾矿库。", 0, "座", "zero_in_words"),
        ("以“零事故”为目标。", 0, "起", "target"),
        ("推动尾矿库数量只减不增。", 0, "座", "target"),
        ("实现重点企业检查全覆盖。", 100, "%", "universal_in_words"),
        ("任务全部按时间节点推进落地。", 100, "%", "universal_in_words"),
        ("各地均已制定联审制度。", 100, "%", "universal_in_words"),
        ("成为全国首个示范区。", 1, "位", "rank_in_words"),
        ("每季度召开会商研判会议。", 4, "次/年", "frequency"),
        ("每日开展安全风险研判。", 1, "次/日", "frequency"),
        ("每10天对县级开展检查。", 10, "天/次", "frequency"),
        ("建好“一办一队一库”。", 3, "个", "structure"),
        ("推动“省----村”责任到底。", 5, "级", "structure"),
        ("健全县-乡-村机制。", 3, "级", "structure"),
        ("入选全国首批试点。", 1, "位", "rank_in_words"),
        ("无人员伤亡。", 0, "人", "zero_in_words"),
        ("至少半年聘请机构开展一次诊断。", 6, "个月/次", "frequency"),
        ("实现24小时在线监督。", 24, "小时/日", "frequency"),
        ("建立“1+2+10”方案。", 13, "个", "structure"),
        ("形成“1套总方案+2个专题+11个专项”框架。", 14, "个", "structure"),
        ("制定“八抓20条”措施。", 20, "条", "structure"),
        ("推进“四严四实”行动。", 8, "项", "structure"),
        ("坚持“四位一体”调查。", 4, "个", "structure"),
        ("整治“三违”行为。", 3, "种", "structure"),
        ("突出“两客一危”车辆。", 3, "类", "structure"),
        ("落实“三个必须”要求。", 3, "个", "structure"),
        ("严格落实“六个100%”目标。", 6, "个", "structure"),
        ("分为“ABCD”四级。", 4, "级", "structure"),
        ("按照“一停二整三关”要求。", 3, "步", "structure"),
        ("制定“一企一策”方案。", 1, "策/企", "rule"),
        ("主要有以下四个特点。", 4, "个", "structure"),
        ("落实十五条硬措施。", 15, "条", "structure"),
        ("推行“红、橙、黄、蓝”四色监管。", 4, "色", "structure"),
        ("一级重大危险源储存区。", 1, "级", "ordinal"),
        ("开展为期三年的行动。", 3, "年", "duration"),
        ("连续49个月未发生重大事故。", 49, "个月", "duration"),
        ("细则(云厅字〔2018〕32号)。", 32, "号", "reference"),
        ("庆祝新中国成立70周年。", 70, "周年", "reference"),
    ],
)
def test_words(text: str, value: int, unit: str, kind: str) -> None:
    assert [(f.value, f.unit, f.kind) for f in read(text, region="云南省")] == [(value, unit, kind)]


def test_goals_are_targets_only_where_goals_are_set() -> None:
    sentence = "事故起数持续下降,坚决遏制重特大事故。"
    assert read(f"一、工作目标\n{sentence}")[0].bound == "<"
    assert read(f"一、工作回顾\n{sentence}") == []


def test_a_slogan_counts_once_in_a_paragraph() -> None:
    assert len(read("整治“三违”行为,奖励举报“三违”。")) == 1
    assert len(read("整治“三违”行为。\n再整治“三违”行为。")) == 2


def test_the_name_of_a_campaign_says_its_length_once() -> None:
    figures = read("全省开展安全生产三年行动。\n三年行动推进有力,又开展三年行动。")
    assert [(f.value, f.unit) for f in figures] == [(3, "年")]


def test_two_things_with_one_value_are_two_figures() -> None:
    figures = read("事故起数和死亡人数较2019年下降10%。")
    assert [f.value for f in figures] == [10, 10]
    assert {f.indicator for f in figures} == {"事故起数变化", "事故死亡人数变化"}


def test_a_plan_sets_a_quota_for_each() -> None:
    (figure,) = read("2024年工作要点\n一、工作\n各州市建成2座以上示范矿山。")
    assert (figure.value, figure.unit, figure.kind) == (2, "座/州市", "target")


def test_what_leads_up_to_a_figure_is_no_part_of_its_name() -> None:
    text = (
        "今年全省共接报火灾12起,亡3人。从场所看,居住场所火灾5起;从时段看,0时至6时发生火灾4起,"
        "致2人死亡。从地区看,春城市火灾起数最多,为6起。"
    )
    assert [figure.indicator for figure in read(text)] == [
        "接报火灾", "火灾死亡人数", "居住场所火灾", "发生火灾", "火灾死亡人数", "春城市火灾起数",
    ]  # fmt: skip
