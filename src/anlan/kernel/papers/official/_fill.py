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


def main(argv: list[str]) -> int:
    template, out, data = argv
    said: dict[str, Any]
    # Loaded before the limits: what a library maps is no fault of the file.
    from docxtpl import DocxTemplate
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
    words = given["words"]
    limit_self()
    try:
        paper = DocxTemplate(template)
        names = sorted(paper.get_undeclared_template_variables(env))
        words |= put_parts(paper, given)
        paper.render(words, env, autoescape=True)
        paper.save(out)
        said = {"names": names}
    except SecurityError:
        said = {"stop": "unsafe", "what": "it asks for more than words"}
    except (TemplateAssertionError, TemplateNotFound):
        said = {"stop": "unsafe", "what": ""}
    except TemplateSyntaxError as error:
        said = {"stop": "syntax", "what": str(error)[:200]}
    except UndefinedError as error:
        said = {"stop": "unknown", "what": str(error)[:200]}
    except MemoryError:
        said = {"stop": "work", "what": "memory"}
    except Exception as error:
        said = {"stop": "broken", "what": type(error).__name__}
    print(json.dumps(said))  # noqa: T201  its parent reads it
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
