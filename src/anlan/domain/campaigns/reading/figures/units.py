"""Units and classifiers. One word for one unit: 個, 个 and 户, 戶 are the same after folding."""

from __future__ import annotations

#: Counted things. Visits and heads stay apart from the things themselves: 家次 isn't 家.
COUNTED = (
    "个(次)", "台(套)", "台套", "家(次)", "人(次)", "项(次)", "辆(次)", "起(次)", "处(项)", "具", "盏", "颗", "副", "包", "个次", "家次", "人次", "轮次", "组次", "矿次", "场次", "台次", "车次", "架次", "班次", "户次", "件次",
    "份次", "船次", "顶", "项次", "条次", "处次", "艘次", "辆次", "名次", "企次", "单次",
    "起", "例", "件", "宗", "人", "名", "位", "户", "家", "个", "项", "条", "处", "座", "栋", "幢", "台",
    "套", "辆", "艘", "架", "部", "支", "批", "轮", "次", "场", "份", "张", "块", "只", "路", "种", "类",
    "级", "所", "间", "头", "本", "册", "篇", "口", "眼", "期", "色", "档", "方", "责", "进", "化", "步",
    "维", "批次", "组", "队", "班", "站", "宿", "根", "枚", "粒", "株", "片", "对", "款", "卷", "幅", "门",
    "版", "环", "节", "道", "列", "公里", "环节", "床", "箱", "桶", "罐", "瓶", "袋", "吨次", "柜", "股", "笔",
    "座次", "所次", "栋次", "间次", "支次", "店次", "点次", "门次", "套次", "只次", "位次", "学时", "课时", "人天", "孔", "扇", "遍", "段", "棵", "堂", "点位", "单次", "台班", "人日",
)  # fmt: skip
MONEY = ("亿元", "万元", "元", "美元", "人民币")
PHYSICAL = (
    "平方公里", "平方米", "立方米", "公里", "千米", "米", "厘米", "毫米", "海里", "吨/年", "万吨/年", "吨/日", "吨",
    "公斤", "千克", "克", "升", "亩", "公顷", "兆瓦", "千瓦时", "千瓦", "兆帕", "摄氏度", "℃", "度", "分贝",
    "千伏", "伏", "马力", "立方", "平米", "标箱", "t", "km", "m",
)  # fmt: skip
TIME = ("周年", "个月", "个工作日", "工作日", "个小时", "小时", "分钟", "秒", "天", "周", "日", "年", "月", "个季度",
        "个百分点")  # fmt: skip
RATES = ("%", "‰", "个百分点", "百分点", "倍", "成")
#: Rates of deaths, whose unit is seldom written: of what → the unit.
DEATHS_PER = (
    ("10亿吨公里", "人/10亿吨公里"), ("百万吨", "人/百万吨"), ("万车", "人/万车"), ("亿元", "人/亿元"), ("万台", "人/万台"), ("10万", "人/10万人"), ("十万", "人/10万人"),
)  # fmt: skip
DEATHS = tuple(dict.fromkeys(unit for _, unit in DEATHS_PER))

#: Another word for the same unit.
SAME = {
    "千米": "公里", "km": "公里", "平米": "平方米", "立方": "立方米", "百分点": "个百分点", "工作日": "个工作日",
    "个小时": "小时", "千克": "公斤", "t": "吨", "m": "米",
}  # fmt: skip

#: A number right before one of these counts them, without a classifier (12市, 四部门).
BARE = ("市(区)", "县(市、区)", "市(州)", "区县", "县区", "市县", "州市", "市州", "地市", "方面", "部门", "省市",
        "省份", "省区", "委办局", "省区市")  # fmt: skip

#: Chinese numerals count a structure with these (三个专题, 四色, 五条措施).
STRUCTURE = ("位一体", "大", "色", "级", "类", "种", "方面", "个", "项", "条", "张", "轮", "步", "部", "支",
             "套", "类", "化", "起", "名", "人", "家", "处", "次", "座", "档", "位", "周年", "年", "天", "日",
             "小时", "个月", "个工作日", "件", "期", "批", "方", "户", "台", "辆", "所", "例", "成", "倍")  # fmt: skip


def same(unit: str) -> str:
    return SAME.get(unit, unit)


def alternatives(*groups: tuple[str, ...]) -> str:
    """The units as one pattern, the longest first."""
    words = {word for group in groups for word in group}
    escaped = [word.replace("(", r"\(").replace(")", r"\)") for word in words]
    return "|".join(sorted(escaped, key=lambda word: (-len(word), word)))
