"""Runs alone in a limited process: fills an office's Word template (.docx) with a paper's words.

Started by path (``python -I _fill.py TEMPLATE OUT DATA``): it imports neither Django nor us. The
template is somebody's file: Jinja2's immutable sandbox lets it read the words it is given and
nothing else; memory, time and size end it where it asks for too much; and it has no network.
"""

from __future__ import annotations

import ctypes
import json
import re
import resource
import sys
from typing import Any

MEMORY_BYTES_MAX, CPU_SECONDS_MAX, OUT_BYTES_MAX = 1 << 30, 10, 50_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUT_BYTES_MAX, OUT_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    except (OSError, AttributeError):
        return


def environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Closed(ImmutableSandboxedEnvironment):
        """Values are words, lists and tables of them: nothing on them is called or looked into."""

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return isinstance(obj, dict) and attr in obj

        def is_safe_callable(self, obj: Any) -> bool:
            return False

        def call(self, *args: Any, **kwargs: Any) -> Any:
            raise SecurityError("a template calls nothing")

    env = Closed(undefined=StrictUndefined, autoescape=True)
    env.globals.clear()
    keep = ("default", "join", "length", "first", "last", "upper", "lower", "trim", "escape", "e")
    env.filters = {name: env.filters[name] for name in keep}
    env.tests = {name: env.tests[name] for name in ("defined", "undefined", "none", "odd", "even")}
    return env


#: How a fragment of ours refers to its styles and pictures until it stands in a document.
STYLE, PICTURE = re.compile(r'w:val="(anlan-style-\d+)"'), "anlan-picture-{}"


def put_styles(styles: Any, ours: list[list[str]]) -> dict[str, str]:
    """The template's own styles where they are called so; the others are added. By our ids."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    known = {}
    for style in styles.findall(qn("w:style")):
        name = style.find(qn("w:name"))
        if name is not None:
            known[name.get(qn("w:val")).lower()] = style.get(qn("w:styleId"))
    found = {}
    for mark, name, xml in ours:
        if name.lower() not in known:
            made = parse_xml(xml)
            made.set(qn("w:styleId"), mark)
            styles.append(made)
            known[name.lower()] = mark
        found[mark] = known[name.lower()]
    return found


def put_parts(paper: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The text with its tables and charts, as WordprocessingML that no escaping touches."""
    from markupsafe import Markup, escape

    paper.init_docx()
    part = paper.docx.part
    ids = put_styles(paper.docx.styles.element, given["styles"])
    held = {}
    for n, file in enumerate(given["pictures"]):
        held[PICTURE.format(n)], _image = part.get_or_add_image(file)
    found = {}
    for name, xml in given["parts"].items():
        xml = STYLE.sub(lambda match: f'w:val="{escape(ids[match[1]])}"', xml)
        for mark, relation in held.items():
            xml = xml.replace(f'"{mark}"', f'"{relation}"')
        found[name] = Markup(xml)  # noqa: S704  ours, and its words are escaped
    return found


# --- what a template must be ------------------------------------------------------------------

#: A whole mark; one that stands for whole paragraphs ({{p body }}, {%p for … %}); half of one;
#: what was meant as one: typed full-width, or apart.
CLOSED = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}%]*%\}|\{#.*?#\}")
WHOLE = re.compile(r"\{\{p\s[^{}]*\}\}|\{%p\s[^{}%]*%\}")
HALF = re.compile(r"\{[{%#].{0,40}|.{0,40}[}%#]\}")
MEANT = re.compile(r".{0,20}(?:[{｛]\s*[{｛%％]|[}｝%％]\s*[}｝]).{0,40}")


class Unfit(Exception):
    def __init__(self, stop: str, what: str = "") -> None:
        self.said = {"stop": stop, "what": what}


def stories(document: Any) -> list[Any]:
    """The text, and each head and foot that a section has of its own."""
    parts = [document.part.element]
    for section in document.sections:
        for name in ("header", "footer", "first_page_header", "first_page_footer",
                     "even_page_header", "even_page_footer"):  # fmt: skip
            each = getattr(section, name)
            if not each.is_linked_to_previous:
                parts.append(each._element)
    return parts


def texts(document: Any) -> Any:
    """Of each paragraph of them: its element and its words."""
    from docx.oxml.ns import qn

    for part in stories(document):
        for paragraph in part.iter(qn("w:p")):
            # A box's paragraphs are their own, though they stand in one of the text.
            own = [text.text or "" for text in paragraph.iter(qn("w:t"))
                   if next(text.iterancestors(qn("w:p"))) is paragraph]  # fmt: skip
            yield paragraph, "".join(own)


#: What Word keeps of a change until somebody accepts or rejects it.
TRACKED = re.compile(r"\}(?:ins|del|moveFrom|moveTo|cell(?:Ins|Del|Merge)|\w+Change)$")


def demand_settled(document: Any) -> None:
    """Nothing of its making is left in it: it would go out with every paper, names and all."""
    from docx.oxml.ns import qn

    for part in stories(document):
        for each in part.iter():
            if isinstance(each.tag, str) and TRACKED.search(each.tag):
                words = "".join(text.text or "" for text in each.iter(qn("w:t"), qn("w:delText")))
                raise Unfit("tracked", words[:40])
        if next(part.iter(qn("w:commentReference")), None) is not None:
            raise Unfit("comments")


def demand_marks(document: Any) -> None:
    """Each mark is whole within its paragraph, and none stands there as plain words.

    docxtpl would look for the other half through the paragraphs after it, and lose what it passes;
    a mark for whole paragraphs takes the place of its own, and other words there would be lost.
    """
    for _paragraph, words in texts(document):
        beside = WHOLE.sub("", words).strip()
        if beside and beside != words.strip():
            raise Unfit("beside", beside[:40])
        rest = CLOSED.sub("", words)
        for pattern, stop in ((HALF, "syntax"), (MEANT, "left")):
            if found := pattern.search(rest):
                raise Unfit(stop, found[0].strip())


def demand_whole(document: Any) -> None:
    """No paragraphs within a line of words, which Word can't open."""
    from docx.oxml.ns import qn

    for paragraph, _words in texts(document):
        if any(len(text) for text in paragraph.iter(qn("w:t"))):
            raise Unfit("inside")


def put_watermark(path: str, xml: str) -> None:
    """Where the template has no place for it: who had the file made is said on every page."""
    from docx import Document
    from docx.oxml import parse_xml

    document = Document(path)
    even = document.settings.odd_and_even_pages_header_footer
    for n, section in enumerate(document.sections):
        headers = [section.header]
        headers += [section.first_page_header] if section.different_first_page_header_footer else []
        headers += [section.even_page_header] if even else []
        for header in headers:
            if n == 0 or not header.is_linked_to_previous:
                at = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
                at._p.append(parse_xml(xml))
    document.save(path)


def near(error: Any) -> str:
    """The mark by which a template can't be read: in its line, else the last one before."""
    lines = list(getattr(error, "docx_context", ()))
    # docxtpl gives some lines before it and some behind.
    at = error.lineno - 1 - max(error.lineno - 4, 0)
    found = [mark[0] for line in lines[: at + 1] for mark in CLOSED.finditer(line)]
    return found[-1] if found else ""


def filled(template: str, out: str, given: dict[str, Any], env: Any) -> dict[str, Any]:
    from docx import Document
    from docxtpl import DocxTemplate

    kept = Document(template)
    demand_settled(kept)
    demand_marks(kept)
    paper = DocxTemplate(template)
    words = given["words"] | put_parts(paper, given)
    paper.render(words, env, autoescape=True)
    names = sorted(paper.get_undeclared_template_variables(env))
    if unknown := [name for name in names if name not in words]:
        # Behind a condition that doesn't hold it would show only in somebody's paper.
        raise Unfit("unknown", unknown[0])
    paper.save(out)
    demand_whole(Document(out))
    if "watermark" not in names and given["watermark"]:
        put_watermark(out, given["watermark"])
    return {"names": names}


def main(argv: list[str]) -> int:
    template, out, data = argv
    said: dict[str, Any]
    # Loaded before the limits: what a library maps is no fault of the file.
    import docxtpl  # noqa: F401
    from jinja2 import (
        TemplateAssertionError,
        TemplateNotFound,
        TemplateSyntaxError,
        UndefinedError,
    )
    from jinja2.exceptions import SecurityError

    env = environment()
    with open(data, encoding="utf-8") as file:
        given = json.load(file)
    limit_self()
    try:
        said = filled(template, out, given, env)
    except Unfit as unfit:
        said = unfit.said
    except SecurityError:
        said = {"stop": "unsafe", "what": "it asks for more than words"}
    except (TemplateAssertionError, TemplateNotFound):
        said = {"stop": "unsafe", "what": ""}
    except TemplateSyntaxError as error:
        said = {"stop": "syntax", "what": near(error) or str(error)[:80]}
    except UndefinedError as error:
        named = re.findall(r"'([^']+)'", str(error))
        said = {"stop": "unknown", "what": named[-1][:80] if named else str(error)[:80]}
    except MemoryError:
        said = {"stop": "work", "what": "memory"}
    except Exception as error:
        said = {"stop": "broken", "what": type(error).__name__}
    print(json.dumps(said))  # noqa: T201  its parent reads it
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
