"""The small grammars of the reader, row by row: repairs, dates, targets, units."""

from __future__ import annotations

from datetime import date

import pytest

from anlan.domain.campaigns.reading import dates, reports, targets, tasks, units
from anlan.domain.campaigns.reading.plain import plain
from anlan.domain.campaigns.reading.repair import repairs
from anlan.domain.campaigns.reading.structure import han_number
from anlan.domain.campaigns.reading.tasks import obliges


@pytest.mark.parametrize(
    ("text", "status", "readings"),
    [
        ("自20204月起", "proposed", ["2020年4月"]),
        ("2022111日", "flagged", ["2022年1月11日", "2022年11月1日"]),
        ("2022810日至1028日", "proposed", ["2022年8月10日", "10月28日"]),
        # Alone it may be 120 days.
        ("用120日完成", "flagged", ["1月20日", "120日"]),
        ("分别下降5%10%。", "proposed", ["5%、10%"]),
        ("达100%20211月", "proposed", ["100%。2021年1月"]),
        ("20202022年", "flagged", ["2020—2022年", "2020、2022年"]),
        ("分为“ABC”三级", "proposed", ["A、B、C"]),
        ("市--乡三级", "proposed", ["市-县-乡"]),
        ("省--村联动", "flagged", ["省-市-县-乡-村", "省-村"]),
    ],
)
def test_a_lost_sign_is_proposed_or_flagged(text, status, readings):
    found = repairs(text)
    assert [reading for repair in found for reading in repair.readings] == readings
    assert {repair.status for repair in found} == {status}
    for repair in found:
        assert text[repair.start : repair.end] == repair.before
        assert repair.reason


@pytest.mark.parametrize(
    "text",
    ["2020年4月至2022年12月", "AAAA级景区", "百日行动100日", "2022年13月", "达到95%。2021年", "103-LB", "5G", "A类企业", "202213月"],
)  # fmt: skip
def test_what_is_whole_is_left_alone(text):
    assert repairs(text) == []


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("于2019年6月20日前报送", [date(2019, 6, 20)]),
        ("于2019年6月20日前、12月20日前报送", [date(2019, 6, 20), date(2019, 12, 20)]),
        ("6月20日、12月20日前报送", [date(2024, 6, 20), date(2024, 12, 20)]),
        ("2025年底前完成", [date(2025, 12, 31)]),
        ("年底前完成", [date(2024, 12, 31)]),
        ("明年年底前完成", [date(2024, 12, 31)]),
        ("6月底前完成", [date(2024, 6, 30)]),
        ("2月底前完成", [date(2024, 2, 29)]),
        ("六月底前、十二月十日前完成", [date(2024, 6, 30), date(2024, 12, 10)]),
        ("二〇二五年十二月三十一日前", [date(2025, 12, 31)]),
        ("3月上旬前完成", [date(2024, 3, 10)]),
        ("第三季度末前完成", [date(2024, 9, 30)]),
        ("上半年前完成", [date(2024, 6, 30)]),
        ("自即日起至4月8日", [date(2024, 4, 8)]),
        ("2025年启动,3月1日前完成", [date(2025, 3, 1)]),
        ("坚持一抓到底,守住底线,做好节前检查", []),
        ("2月30日前", [None]),
        ("2026年6月底前、2026年6月底完成", [date(2026, 6, 30), date(2026, 6, 30)]),
        ("年内完成,2025年内建成", [date(2024, 12, 31), date(2025, 12, 31)]),
        ("三年内、两年内完成", []),
        ("於2025年6月30日或之前".replace("於", "于"), [date(2025, 6, 30)]),
        ("二零二五年五月三十一日或之前", [date(2025, 5, 31)]),
        ("114年12月31日前,民国114年6月底前", [date(2025, 12, 31), date(2025, 6, 30)]),
        ("120年前的建筑", []),
        ("自发文之日起30日内、自本通知印发之日起两个月内", [date(2024, 3, 31), date(2024, 5, 1)]),
        ("通知印发后15日内,自事故发生之日起60日内,30个工作日内", [date(2024, 3, 16)]),
        ("每季度末、全年、汛前、春节前", []),
    ],
)
def test_a_deadline_has_its_year(text, due):
    found = dates.deadlines(text, 0, len(text), 2024, date(2024, 3, 1))
    assert [one.due for one in found if one.kind == "by"] == due


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("每季度末报送", ["regular"]), ("全年坚持", ["year"]), ("10个工作日内办结", ["within"]),
        ("汛前、春节前", ["season", "season"]), ("自事故发生之日起60日内", ["within"]), ("长期坚持", []),
    ],
)  # fmt: skip
def test_a_limit_without_a_day(text, kinds):
    found = dates.deadlines(text, 0, len(text), 2024, date(2024, 3, 1))
    assert [one.kind for one in found] == kinds
    assert all(one.due is None for one in found)


@pytest.mark.parametrize(
    ("cell", "due"),
    [
        ("2024年6月", ["2024-06-30"]), ("2025年4月—10月", ["2025-10-31"]), ("第三季度", ["2024-09-30"]),
        ("6月底前完成1座,12月底前全部完成", ["2024-06-30", "2024-12-31"]), ("2026年汛前", []),
        ("全年", []), ("长期坚持", []), ("2025年", ["2025-12-31"]), ("即日起至5月31日", ["2024-05-31"]),
    ],
)  # fmt: skip
def test_a_cell_of_a_column_of_limits(cell, due):
    found = dates.in_cell(cell, 0, len(cell), 2024)
    assert [one.day for one in found if one.kind == "by"] == due


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建成4个示范矿井", [("4", "个", "=", "number")]),
        ("建成三个示范矿井", [("3", "个", "=", "number")]),
        (
            "完成访视5,000户,更换1,200只",
            [("5000", "户", "=", "number"), ("1200", "只", "=", "number")],
        ),
        ("抽查检查不低于50矿次", [("50", "矿次", ">=", "number")]),
        ("退出30万吨/年以下煤矿", [("300000", "吨/年", "<=", "threshold")]),
        ("各州市建成2座以上示范矿山", [("2", "座/州市", ">=", "number")]),
        ("对30人以上企业全面检查", [("30", "人", ">=", "threshold")]),
        ("每年培训不少于1.2万人次", [("12000", "人次/年", ">=", "number")]),
        ("隐患整改率达到100%", [("100", "%", "=", "number")]),
        ("整改率由85%提高到95%以上", [("95", "%", ">=", "number")]),
        ("响应时间缩短至10分钟以内", [("10", "分钟", "<=", "number")]),
        ("每15分钟巡查", []),
        ("演练不少于2场(次)", [("2", "场次", ">=", "number")]),
        ("化解消除一批风险隐患", []),
        ("较大以上事故死亡人数同比下降10%", [("10", "%", "=", "change")]),
        ("死亡人数较2019年下降10%", [("10", "%", "=", "change")]),
        ("事故起数控制在5起以内", [("5", "起", "<=", "number")]),
        ("创建1至2个示范乡镇", [("1", "个", "=", "number")]),
        ("中小矿山不得有4个以上水平同时采矿", [("4", "个", "<", "threshold")]),
        (
            "加强省级15支救援队伍和5个仓库建设",
            [("15", "支", "=", "existing"), ("5", "个", "=", "existing")],
        ),
        ("做到责任、措施、资金、时限、预案“五到位”", [("5", "项", "=", "slogan")]),
        ("按照“五到位”的要求开展整改", []),
        ("落实“三个必须”要求,整治“两客一危”", []),
        ("推行“双随机、一公开”监管", [("3", "项", "=", "slogan")]),
        ("综合运用“双随机”检查", []),
        ("一项具体任务、一套方案、一抓到底", []),
        ("依据2个《指南》开展检查", []),
        ("封闭技术状况为5类桥梁", []),
        ("2019年3月25日印发", []),
        ("庆祝新中国成立70周年", []),
        ("根据云政发〔2018〕50号文件", []),
        ("检查发现186项问题", []),
        ("坚决遏制重特大事故", [("0", "起", "<=", "curb")]),
        ("力争较大事故零发生", [("0", "起", "<=", "curb")]),
        (
            "淘汰800公里以上客运班线15条",
            [("800", "公里", ">=", "threshold"), ("15", "条", "=", "number")],
        ),
        ("对查实的给予50元至5000元奖励", [("50", "元", "=", "number")]),
        ("立案不少于150起", [("150", "起", ">=", "number")]),
        (
            "起数和死亡人数分别下降15%和20%",
            [("15", "%", "=", "change"), ("20", "%", "=", "change")],
        ),
        ("由1120座减至900座以内", [("900", "座", "<=", "number")]),
        ("每个市(州)建成工作面不少于4个", [("4", "个/市州", ">=", "number")]),
        ("安装率≥98%,千人负伤率≤1.5‰", [("98", "%", ">=", "number"), ("1.5", "‰", "<=", "number")]),
        ("比例不得低于工程造价的3%", [("3", "%", ">=", "number")]),
        ("投入较2024年提高8个百分点", [("8", "个百分点", "=", "change")]),
        ("死亡人数比上年减少2人以上", [("2", "人", ">=", "change")]),
        (
            "存量减少六成以上,完成约九成八",
            [("60", "%", ">=", "change"), ("98", "%", "=", "number")],
        ),
        ("成立工作专班,一成不变,三成立", []),
        (
            "亿元地区生产总值生产安全事故死亡率控制在0.012以内",
            [("0.012", "人/亿元", "<=", "number")],
        ),
        ("每星期最少进行一次检查", [("1", "次/周", ">=", "number")]),
        ("每名工人每年接受不少于6小时的培训", [("6", "小时/年", ">=", "number")]),
        (
            "每个村组建1支不少于10人的扑火队伍",
            [("1", "支/村", "=", "number"), ("10", "人", ">=", "number")],
        ),
        (
            "每支不少于50人,每座小型水库不少于2名",
            [("50", "人/支", ">=", "number"), ("2", "名/座", ">=", "number")],
        ),
        ("每100名学生配备不少于1人", [("1", "人", ">=", "number")]),
        ("对二十米以上的高空作业加强管理", [("20", "米", ">=", "threshold")]),
        (
            "参训逾1,500人次,更换软管860根,储备机械200台(套)",
            [
                ("1500", "人次", ">=", "number"),
                ("860", "根", "=", "number"),
                ("200", "台套", "=", "number"),
            ],
        ),
        ("全部检查一遍,春节前检查2遍以上", [("2", "遍", ">=", "number")]),
        ("限速20公里/小时", [("20", "公里/小时", "<=", "number")]),
        ("9时30分集合,12分钟内到场", []),
        ("查处超限超载不少于1.2万辆次", [("12000", "辆次", ">=", "number")]),
    ],
)
def test_a_target_is_read(text, expected):
    found = targets.read(text, 0, len(text), 2024)
    assert [(str(t.value), t.unit, t.comparator, t.kind) for t in found] == expected


@pytest.mark.parametrize(
    ("text", "named", "baseline"),
    [
        ("隐患整改率提升到95%以上", "隐患整改率", ""),
        ("整改率由85%提高到95%", "整改率", "85%"),
        ("淘汰关闭落后矿山150座", "落后矿山", ""),
        ("建成4个瓦斯治理示范矿井", "瓦斯治理示范矿井", ""),
        ("死亡人数较2019年下降10%", "死亡人数", "2019"),
        ("完成率均达100%", "完成率", ""),
        ("较大事故起数控制在10起以内", "较大事故起数", ""),
        ("矿山总数由1120座减至900座", "矿山总数", "1120座"),
    ],
)
def test_what_is_counted(text, named, baseline):
    (target,) = targets.read(text, 0, len(text), 2024)
    assert (target.object, target.baseline) == (named, baseline)


def test_a_trend_has_an_object_each():
    text = "全年死亡人数、较大和一般事故起数持续下降"
    found = targets.read(text, 0, len(text), 2019)
    assert [(t.object, t.unit, t.comparator, t.baseline, t.value) for t in found] == [
        ("全年死亡人数", "人", "decrease", "2018", None),
        ("较大事故起数", "起", "decrease", "2018", None),
        ("一般事故起数", "起", "decrease", "2018", None),
    ]
    for text in ("排查治理隐患的能力持续提升", "消除重大隐患的意愿和能力进一步提升"):
        assert targets.read(text, 0, len(text), 2019) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("由省公安厅牵头,省交通运输厅、省教育厅配合。", {"省公安厅": "lead", "省交通运输厅": "support", "省教育厅": "support"}),
        ("推进整治。(省能源局负责)", {"省能源局": "responsible"}),
        ("(市公安局、各县区政府负责,6月底前完成)", {"市公安局": "responsible", "各县区政府": "responsible"}),
        ("推广电子封条。(矿山监察局、市应急局)", {"矿山监察局": "responsible", "市应急局": "responsible"}),
        ("(牵头单位:市应急局;配合单位:市财政局、市人社局)", {"市应急局": "lead", "市财政局": "support", "市人社局": "support"}),
        ("责任单位:有关县(市、区)政府,市直有关部门", {"有关县(市、区)政府": "responsible", "市直有关部门": "responsible"}),
        ("(牵头单位:市自然资源和规划局,配合单位:市财政局)", {"市自然资源和规划局": "lead", "市财政局": "support"}),
        ("各级、各有关部门要加强检查。", {"各级、各有关部门": "named"}),
        ("公司主要负责人带队检查。", {}),
        ("(市消防支队、市财政局,9月底前)", {"市消防支队": "responsible", "市财政局": "responsible"}),
        ("加强巡查。(厅公路处、省公路中心)", {"厅公路处": "responsible", "省公路中心": "responsible"}),
        ("加强巡查。(不含在建项目)", {}),
        ("各县(市、区)要建立台账。", {"各县(市、区)": "named"}),
        ("各镇(街道)、各村(社区)要落实专人。", {"各镇(街道)、各村(社区)": "named"}),
        ("(责任单位:镇交管站、各村(社区);完成时限:2月底前)", {"镇交管站": "responsible", "各村(社区)": "responsible"}),
        ("主办机关:劳工处。协办机关:工务处、建设处。", {"劳工处": "lead", "工务处": "support", "建设处": "support"}),
        ("县应急管理局负责,11月底前完成改造。", {"县应急管理局": "lead"}),
        ("县交通运输局、县公安局交警大队分别负责,开展检查。", {"县交通运输局": "lead", "县公安局交警大队": "lead"}),
        ("应急部门会同消防救援机构每年组织督导。", {"应急部门": "lead", "消防救援机构": "support"}),
        ("重点检查企业完成率达到90%。", {}),
        ("督促企业严格落实责任。", {"企业": "addressed"}),
        ("指导推动州市、县区充实执法人员。", {"州市、县区": "addressed"}),
    ],
)  # fmt: skip
def test_units_have_their_roles(text, expected):
    assert {text[u.start : u.end]: u.role for u in units.units(text, 0, len(text))} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请各县(市、区)、各有关部门于6月20日前将进展情况书面报县安委办。", [("2024-06-20", "", ["各县(市、区)", "各有关部门"], "进展情况", "县安委办")]),
        (
            "各县(市、区)每月25日前向市安委办报送工作进展,12月10日前报送全年总结。",
            [
                (None, "每月25日前", ["各县(市、区)"], "工作进展", "市安委办"),
                ("2024-12-10", "", ["各县(市、区)"], "全年总结", "市安委办"),
            ],
        ),
        (
            "各县将工作进展于每季度末月20日前报局安监科,年度总结于11月30日前报送。",
            [
                (None, "每季度末月20日前", ["各县"], "工作进展", "局安监科"),
                ("2024-11-30", "", ["各县"], "年度总结", "局安监科"),
            ],
        ),
        ("制定实施方案,4月10日前报省安委会办公室。", [("2024-04-10", "", [], "", "省安委会办公室")]),
        ("各地此后每周五下午5点前报送工作进展。", [(None, "每周五下午5点前", ["各地"], "工作进展", "")]),
        ("请各地区、各部门和单位分别明确1名联络员,于2月2日前反馈省安委办。", [("2024-02-02", "", ["各地区", "各部门和单位"], "", "省安委办")]),
        ("企业于6月底前完成整改。", []),
        ("及时向社会公布举报电话。", []),
    ],
)  # fmt: skip
def test_a_report_is_due(text, expected):
    def said(span):
        return text[slice(*span)] if span else ""

    assert [
        (
            r.due and r.due.isoformat(),
            r.recurring,
            [said(s) for s in r.senders],
            said(r.what),
            said(r.recipient),
        )
        for r in reports.read(text, 2024)
    ] == expected


def test_a_sector_is_not_read_out_of_another_word():
    def names(text: str) -> list[str]:
        return [sector.name for sector in units.sectors(text, 0, len(text))]

    assert names("非煤矿山") == ["非煤矿山"]
    assert names("深化工贸行业整治") == ["工贸"]


def test_a_paper_to_be_issued_is_not_in_force():
    text = "贯彻《安全生产法》,修订《应急预案管理办法》,落实《意见》(云发〔2017〕22号)"
    found = units.basis(text, 0, len(text))
    assert [(text[b.start : b.end], b.status, bool(b.number)) for b in found] == [
        ("《安全生产法》", "in_force", False),
        ("《应急预案管理办法》", "to_be_issued", False),
        ("《意见》", "in_force", True),
    ]


@pytest.mark.parametrize(
    ("said", "orders"),
    [
        ("全面排查隐患,建立台账。", True),
        ("企业不得超能力生产。", True),
        ("各部门要高度重视。", True),
        ("部分防火门零件缺失、闭门器失效。", False),
        ("擅自搭建临时员工宿舍,未履行报批手续。", False),
        ("未明确第一责任人,不符合规定。", False),
        ("省级每年抽查矿山不少于80矿次,市级每季度检查1次。", True),
        ("每月25日前,各市将整改情况报省安委办。", True),
        ("压减数量。矿山由1120座减至900座。", True),
    ],
)
def test_what_is_an_order(said, orders):
    assert obliges(said) is orders


def test_the_plain_text_leads_back():
    text = "關閉 ３０ 萬噸／年以下煤礦。\r\n抄送：各部門"
    view = plain(text, [(len(text) - 6, len(text))])
    assert view.text == "关闭30万吨/年以下煤矿。\n\n"
    start = view.text.index("30万吨")
    a, b = view.span(start, start + 6)
    assert text[a:b] == "３０ 萬噸／年"


@pytest.mark.parametrize(
    ("text", "number"), [("二十一", 21), ("十", 10), ("③", 3), ("一百零二", 102), ("12", 12)]
)
def test_chinese_numbers(text, number):
    assert han_number(text) == number


def test_a_clause_beside_orders_that_wants_a_number_is_a_task():
    text = "关于整治的通知\n一、重点任务\n1.停用一批。立即停止使用。\n2.拆除一批。拆除85栋。\n3.浇筑一批。财政出资,浇筑320户。\n"
    found = tasks.read(plain(text), 2022)
    assert [clause.kind for clause in found] == ["task", "task", "task"]


def test_days_of_one_year_are_a_period():
    (found,) = dates.deadlines("攻坚阶段(6月11日至9月15日)。", 0, 18, 2022)
    assert (found.kind, found.day) == ("period", "2022-06-11/2022-09-15")


def test_a_cell_says_who_leads():
    text = "市工信局(牵头)、市发改委"
    found = units.in_cell(text, 0, len(text), "responsible")
    assert [(text[u.start : u.end], u.role) for u in found] == [
        ("市工信局", "lead"),
        ("市发改委", "responsible"),
    ]


def test_a_time_limit_in_brackets_and_a_closing_line():
    text = "关于月活动的通知\n1.开展宣讲。组织宣讲5场。(完成时限:2026年6月底)\n2.组织演练。开展演练2次。\n请于6月5日前报送方案。\n"
    first, second = tasks.read(plain(text), 2026)
    assert [one.day for one in first.deadlines] == ["2026-06-30"]
    assert text[second.start : second.end] == "2.组织演练。开展演练2次。"
