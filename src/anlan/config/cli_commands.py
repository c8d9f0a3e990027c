"""What ./anlan can do: each command's words, arguments and where it is run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from anlan.config.cli_say import both

Build = Callable[[argparse.ArgumentParser], None]
#: With fewer, none may wait in the capital for those who work there to show.
DEMO_HAZARDS_MIN = 400


@dataclass(frozen=True)
class Command:
    """``target`` is ``module:function``; it gets the arguments and returns the exit status."""

    zh: str
    en: str
    target: str
    build: Build
    #: Whether the home is made ready (migrated, regions loaded) before it runs.
    prepared: bool = True
    #: Whether Django is set up before it runs.
    django: bool = True


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help=both("只在标准输出打印一个 JSON 对象", "print one JSON object on stdout"),
    )


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help=both("端口", "port"))
    parser.add_argument("--host", default="127.0.0.1", help=both("监听地址", "address"))
    parser.add_argument("--workers", type=int, help=both("网页进程数", "number of web processes"))


def _enough(said: str) -> int:
    number = int(said)
    if number < DEMO_HAZARDS_MIN:
        raise argparse.ArgumentTypeError(both(f"至少 {DEMO_HAZARDS_MIN} 条",
                                              f"at least {DEMO_HAZARDS_MIN}"))  # fmt: skip
    return number


def _demo(parser: argparse.ArgumentParser) -> None:
    _address(parser)
    parser.add_argument(
        "--no-serve", action="store_true", help=both("只生成数据，不启动网页", "fill, don't serve")
    )
    parser.add_argument(
        "--fresh", action="store_true", help=both("清空上次的演示数据", "empty the last demo first")
    )
    parser.add_argument(
        "--hazards", type=_enough, default=20_000,
        help=both(f"模拟隐患条数（不少于 {DEMO_HAZARDS_MIN}）",
                  f"simulated hazards ({DEMO_HAZARDS_MIN} or more)"),
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help=both("随机种子", "random seed"))


def _test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-k", metavar="EXPR", default="", help=both("只跑匹配的测试", "only matching")
    )
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument(
        "--faults",
        action="store_const",
        const="faults",
        dest="tier",
        default="",
        help=both("另跑全部故障测试（较慢）", "all fault tests too (slower)"),
    )
    tier.add_argument(
        "--soak",
        action="store_const",
        const="soak",
        dest="tier",
        help=both("只跑长时间测试，结果记入 docs/evidence", "only the long ones; keeps evidence"),
    )
    parser.add_argument("--junit", metavar="FILE", help=both("JUnit 报告文件", "JUnit report"))
    parser.add_argument(
        "--strict",
        action="store_true",
        help=both("有任何一项没能运行即为失败", "whatever could not run is a failure"),
    )


def _year(text: str) -> int:
    year = int(text)
    if not 1990 <= year <= 2100:
        raise ValueError(text)
    return year


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _import(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True)
    hazards = kinds.add_parser("hazards", help=both("隐患台账", "workbooks of hazards"))
    hazards.set_defaults(target="anlan.config.hazards_cli:import_files")
    units = kinds.add_parser("units", help=both("单位名册", "units"))
    units.set_defaults(target="anlan.config.cli_accounts:import_units")
    people = kinds.add_parser("people", help=both("人员名册", "people"))
    people.set_defaults(target="anlan.config.cli_accounts:import_people")
    accidents = kinds.add_parser("accidents", help=both("事故台账", "registers of accidents"))
    accidents.set_defaults(target="anlan.config.accidents_cli:import_files")
    enterprises = kinds.add_parser("enterprises", help=both("企业名册", "registers of enterprises"))
    enterprises.set_defaults(target="anlan.config.enterprises_cli:import_files")
    _import_enterprises(enterprises)
    for kind in (hazards, units, people, accidents, enterprises):
        kind.add_argument("files", nargs="+", metavar="FILE")
        kind.add_argument("--dry-run", action="store_true", help=both("只检查", "only check"))
        _json(kind)
    for kind in (units, people):
        kind.add_argument(
            "--template",
            action="store_true",
            help=both("把空白模板写入 FILE", "write an empty list into FILE"),
        )
    hazards.add_argument("--unit", metavar="CODE", help=both("填报单位代码", "reporting unit"))
    hazards.add_argument(
        "--year",
        type=_year,
        metavar="YYYY",
        help=both("台账未写年份时，日期所属年份", "the year of days that are written without one"),
    )
    hazards.add_argument(
        "--found-on",
        type=_day,
        metavar="YYYY-MM-DD",
        help=both("表中未写检查日期的行，按此日期记", "the day found of rows that give none"),
    )
    accidents.add_argument("--unit", metavar="CODE", help=both("登记单位代码", "entering unit"))
    accidents.add_argument(
        "--mapping",
        default="auto",
        metavar="NAME|FILE.toml",
        help=both(
            "列对应关系：auto（按表头）、anlan、osha、phmsa、msha、csb、已保存的名称或文件",
            "auto (by headings), anlan, osha, phmsa, msha, csb, one that was saved, or a file",
        ),
    )
    accidents.add_argument(
        "--join",
        action="store_true",
        help=both(
            "各文件属于同一套台账（事故、伤亡人员、企业），按编号合并",
            "the files are one register (accidents, people, enterprises), joined by their numbers",
        ),
    )
    accidents.add_argument(
        "--save",
        metavar="NAME",
        help=both("将列对应关系以此名称保存", "save the mapping under this name"),
    )
    accidents.add_argument(
        "--area", metavar="CODE", help=both("未写地区的行归属地", "the area of rows that give none")
    )
    accidents.add_argument(
        "--yuan",
        metavar="RATE",
        help=both("台账币种一单位折合人民币元", "yuan for one unit of the register's currency"),
    )


def _import_enterprises(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", metavar="CODE", help=both("登记单位代码", "entering unit"))
    parser.add_argument(
        "--area", metavar="CODE", help=both("未写地区的行归属地", "the area of rows that give none")
    )
    parser.add_argument(
        "--mapping",
        default="auto",
        metavar="NAME|FILE.toml",
        help=both(
            "列对应关系：auto（按表头和内容）、已保存的名称或文件",
            "auto (by headings and values), one that was saved, or a file",
        ),
    )
    parser.add_argument(
        "--save",
        metavar="NAME",
        help=both("将列对应关系以此名称保存", "save the mapping under this name"),
    )
    parser.add_argument(
        "--renames",
        action="store_true",
        help=both(
            "信用代码相同而名称完全不同的，按企业更名处理",
            "a wholly different name under a known credit code is its new name",
        ),
    )


def _read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=both("文件：pdf、docx、doc、html、txt", "a pdf, docx, doc, html or txt"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--tasks", action="store_true", help=both("只读任务", "the tasks of a notice, no figures")
    )
    what.add_argument(
        "--figures", action="store_true", help=both("只读数据", "the figures of a report, no tasks")
    )
    what.add_argument(
        "--corrections",
        metavar="DIR",
        help=both(
            "把已确认的文件及其结果写入该文件夹", "write confirmed documents with their truth"
        ),
    )
    what.add_argument(
        "--check",
        metavar="DIR",
        help=both("按该文件夹中的结果核对识别率", "how much of the documents there is read"),
    )
    _json(parser)


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="BATCH", help=both("批次号", "number of the batch"))
    _json(parser)


def _figures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", metavar="CODE", required=True)
    parser.add_argument("--period", metavar="P", required=True)
    parser.add_argument("--by", metavar="WHAT", help="region | sector | month | grade | …")
    parser.add_argument("--kind", metavar="KIND", action="append")
    parser.add_argument("--as-known-at", metavar="T")
    _json(parser)


def _checks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", metavar="REPORT.xml", help=both("JUnit 报告", "a JUnit report"))
    _json(parser)


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    _json(parser)


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?")
    parser.add_argument("--key", metavar="FILE", help=both("密钥文件", "key file"))
    parser.add_argument(
        "--copy",
        metavar="FOLDER",
        help=both("异地副本目录，写后回读核对", "a second copy, read back"),
    )
    _json(parser)


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--key", metavar="FILE", help=both("密钥文件", "key file"))
    parser.add_argument(
        "--replace", action="store_true", help=both("覆盖现有数据", "replace what is there")
    )
    _custodian(parser)
    _json(parser)


def _custodians(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, zh, en in (
        ("list", "列出保管人", "who they are"),
        ("add", "增加保管人（本人输入口令）", "add one, who types a passphrase"),
        ("remove", "免去保管人（须两人口令）", "take one off; two agree"),
    ):
        action = actions.add_parser(name, help=both(zh, en))
        action.set_defaults(target=f"anlan.config.custody_cli:{name}")
        _json(action)
        if name != "list":
            action.add_argument("name", metavar="NAME")
            _custodian(action)


def _custodian(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--custodian", action="append", default=[], metavar="NAME=FILE",
        help=both("保管人及其口令文件，可重复", "a custodian and a passphrase's file, repeated"),
    )  # fmt: skip


def _boundaries(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help=both("载入边界（GeoJSON）", "load shapes (GeoJSON)"))
    load.add_argument("files", nargs="+", metavar="FILE")
    load.add_argument("--approval", metavar="审图号", default="")
    load.add_argument("--source", metavar="TEXT", default="", help=both("来源", "where it is from"))
    _json(load)


def _nothing(parser: argparse.ArgumentParser) -> None:
    pass


def _security(parser: argparse.ArgumentParser) -> None:
    _json(parser)
    parser.add_argument(
        "--write", action="store_true", help=both("更新 docs/security-table.md", "write the docs")
    )


def _sbom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audit", action="store_true", help=both("核对依赖", "look at the dependencies")
    )
    parser.add_argument(
        "--known",
        metavar="WHERE",
        help=both(
            "已公布漏洞的来源：OSV 服务地址（https://api.osv.dev），或带入的 all.zip 及其目录",
            "weaknesses: an OSV service (https://api.osv.dev), or its all.zip files, carried in",
        ),
    )
    _json(parser)


def _audit(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, zh, en in (
        ("verify", "校验审计链", "verify the chain"),
        ("purge", "归档到期记录", "archive rows past their time"),
        ("archive", "校验归档文件", "verify an archive"),
        ("forget", "使某人的数据不可读", "make a person's values unreadable"),
        ("restored", "确认数据库由备份恢复", "state that the database was restored"),
    ):
        action = actions.add_parser(name, help=both(zh, en))
        action.set_defaults(target=f"anlan.config.audit_cli:{name}")
        _json(action)
        if name == "purge":
            action.add_argument("--keep-days", type=int, default=400)
        elif name == "archive":
            action.add_argument("file", metavar="FILE")
        elif name == "forget":
            action.add_argument("subject", metavar="SUBJECT")
            action.add_argument("--reason", required=True)


def _keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    rotate = actions.add_parser("rotate", help=both("换用新密钥", "write with a new key"))
    rotate.add_argument("--profile", choices=["gm", "intl"])
    _json(rotate)


def _original(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("attachment", metavar="ID", help=both("附件编号", "the attachment's id"))
    parser.add_argument("file", metavar="FILE", help=both("写入的新文件", "a new file for it"))
    parser.add_argument("--reason", required=True, help=both("调取事由", "why it is asked for"))
    _json(parser)


def _paper(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=both("种类，如 situation", "like situation"))
    parser.add_argument("--region", required=True, metavar="CODE")
    parser.add_argument("--period", required=True, metavar="2026-11")
    parser.add_argument("--unit", metavar="CODE", help=both("发文单位", "whose paper it is"))
    parser.add_argument("-o", "--output", required=True, metavar="FILE.docx|pdf|pptx")
    _json(parser)


COMMANDS: dict[str, Command] = {
    "demo": Command("生成演示数据并启动", "fill with a demonstration and serve",
                    "anlan.config.cli:_run_demo", _demo, prepared=False),
    "serve": Command("启动网页和后台进程", "serve the pages, with the worker beside",
                     "anlan.config.cli:_run_serve", _address),
    "import": Command("导入台账", "import workbooks", "", _import),
    "read": Command("读通知和报告：任务、目标、期限、数据", "read a notice or a report",
                    "anlan.config.cli_read:main", _read, prepared=False),
    "undo": Command("撤销一个导入批次", "undo a batch", "anlan.config.undo_cli:main", _undo),
    "figures": Command("查询数据", "sums of facts", "anlan.config.figures:main", _figures),
    "paper": Command("生成公文：形势专报、通报、简报……", "write a paper from the figures",
                     "anlan.config.cli_papers:paper", _paper),
    "check": Command("核对不变量", "prove the invariants", "anlan.config.checking:main", _json),
    "first-admin": Command("首批管理员的一次性链接", "one-time links for the first administrators",
                           "anlan.config.cli_accounts:first_admin", _nothing),
    "boundaries": Command("载入地图边界", "load boundaries",
                          "anlan.kernel.regions.cli:load_boundaries", _boundaries),
    "backup": Command("备份（加密、签名）", "back up (encrypted, signed)",
                      "anlan.config.backup:backup", _backup),
    "restore": Command("恢复备份", "restore a backup", "anlan.config.backup:restore", _restore,
                       prepared=False),
    "custodians": Command("备份保管人（两人共同恢复）", "who restores backups, two together", "",
                          _custodians),
    "original": Command("调取附件原件", "an attachment as it was sent",
                        "anlan.config.cli_papers:original", _original),
    "audit": Command("校验、归档审计记录", "verify and archive what is on record", "", _audit),
    "keys": Command("更换密钥", "replace keys", "anlan.config.audit_cli:rotate", _keys),
    "roles": Command("数据库角色（PostgreSQL）", "roles of the database (PostgreSQL)",
                     "anlan.config.roles:main", _json),
    "security": Command("安全要求及证据", "what is asked for security, and what proves it",
                        "anlan.config.security:main", _security, prepared=False, django=False),
    "sbom": Command("软件清单（CycloneDX）", "bill of materials (CycloneDX)",
                    "anlan.config.security_sbom:main", _sbom, prepared=False, django=False),
    "checks": Command("按测试报告清点算术核对 K001–K131",
                      "count the checks K001 to K131 that passed",
                      "anlan.config.checks_cli:main", _checks, prepared=False),
    "bench": Command("性能测量", "measure", "anlan.config.benching:main", _bench, prepared=False),
    "test": Command("运行全部检查和测试", "run every check and test", "anlan.config.testing:main",
                    _test, prepared=False, django=False),
    "worker": Command("单独启动后台进程", "the worker alone", "anlan.config.server:work", _nothing),
    "lock": Command("更新依赖锁文件（开发用）", "make the lock files anew (for developers)",
                    "anlan.config.cli_lock:main", _nothing, prepared=False, django=False),
}  # fmt: skip
