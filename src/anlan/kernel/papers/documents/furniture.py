"""Lines that belong to the page: numbers, running heads, a web page's navigation, contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from anlan.kernel.papers.documents.document import Mark

#: What a line of a page's furniture looks like, whole. A line says one thing, so it matches whole.
LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("page_number", re.compile(r"[-—–―－]{1,2}\s*[0-9０-９]{1,4}\s*[-—–―－]{1,2}")),
    ("page_number", re.compile(r"第\s*[0-9]{1,4}\s*页(?:\s*[,，/]?\s*共\s*[0-9]{1,4}\s*页)?")),
    ("page_number", re.compile(r"#p#.{0,20}#e#")),
    ("contents", re.compile(r"\S.{0,80}?[.…·．]{4,}\s*[0-9]{1,4}")),
    ("contents", re.compile(r"目\s*[录錄]")),
    ("navigation", re.compile(
        r"(?:站内搜索|站內搜索|加入收藏|设为首页|設為首頁|返回首页|返回顶部|无障碍|無障礙|长者模式|适老化"
        r"|登录|注册|登錄|註冊|English|繁體|简体|手机版|网站地图|網站地圖|联系我们|關於我們|关于我们"
        r"|打印本?页?|關閉窗口|关闭窗口|【?关闭】?|【?打印】?|扫一扫.{0,20}|微信|微博|QQ空间|收藏|复制链接)"
    )),
    ("navigation", re.compile(r"(?:您?(?:当前|當前|现在|所在|的)(?:所在)?(?:的)?位置\s*[:：]|首[页頁]\s*(?:[>＞»›/]|-{1,2}\s*>)).{0,80}")),
    ("navigation", re.compile(r"(?:上一[篇页]|下一[篇页]|相关(?:链接|新闻|文章|阅读)|分享(?:到|至)|字[体體号號]?\s*[:：\[【]).{0,80}")),
    ("navigation", re.compile(r"(?:责任编辑|責任編輯|编辑|浏览次数|瀏覽次數|点击(?:数|次数|量)|访问量)\s*[:：].{0,60}")),
    ("navigation", re.compile(r"(?:版权所有|版權所有|主办单位|承办单位|技术支持|ICP备|[京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新]ICP备|网站标识码).{0,120}")),
)  # fmt: skip
#: One short word that fills a line by being repeated, as a site's name in a watermark.
_WATERMARK = re.compile(r"(.{2,10}?)\1{1,20}")


def furniture(text: str, kind: str, known: Sequence[Mark]) -> tuple[Mark, ...]:
    """Where the furniture stands, in order; ``known`` is what the file's own layout says."""
    taken = {mark.start for mark in known}
    marks = list(known)
    at = 0
    lines: list[tuple[int, str]] = []
    for line in text.split("\n"):
        bare = line.strip()
        if bare and len(bare) <= 200:
            lines.append((at + line.index(bare), bare))
        at += len(line) + 1
    often = Counter(bare for _, bare in lines)
    for start, bare in lines:
        found = "" if start in taken else _kind(bare, often[bare])
        if found:
            marks.append(Mark(start, start + len(bare), found))
    return tuple(sorted(marks, key=lambda mark: mark.start))


def _kind(bare: str, times: int) -> str:
    for kind, shape in LINES:
        if shape.fullmatch(bare):
            return kind
    if _WATERMARK.fullmatch(bare) and not bare.isdigit() and (times > 1 or len(bare) >= 6):
        return "running_head"
    return ""
