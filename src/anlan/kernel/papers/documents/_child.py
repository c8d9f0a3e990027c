"""Runs alone in a limited process: makes text of one .pdf, .docx, .doc or .html.

Started by path (``python -I _child.py FILE OUT KIND ENCODING``), so it imports neither Django nor
us, only its neighbours. What it found goes to OUT as one JSON object; whatever a hostile file does
to this process, its parent only ever reads JSON.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.util
import json
import os
import resource
import sys
from typing import Any

MEMORY_BYTES_MAX = 1 << 30
CPU_SECONDS_MAX = 60
#: What recognises pictures maps much more than it uses (0.7 GB of 1.6), and takes seconds a page.
OCR_MEMORY_BYTES_MAX, OCR_CPU_SECONDS_MAX = 3 << 30, 480
OUT_BYTES_MAX = 200_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def limit_self(memory: int = MEMORY_BYTES_MAX, seconds: int = CPU_SECONDS_MAX) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUT_BYTES_MAX, OUT_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_network() -> None:
    """A network of its own, with nobody in it. Some systems refuse; then the limits must do."""
    try:
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    except (OSError, AttributeError):
        return


def neighbour(name: str, *folders: str) -> Any:
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, *folders, f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main(argv: list[str]) -> int:
    path, out, kind, encoding = argv
    parts = neighbour("_parts")
    if kind == "docx":
        neighbour("archive", "..", "sheets")
        neighbour("_numbering")
    if kind == "ocr":
        neighbour("_pdf")
    reader = neighbour(f"_{kind}")
    if kind == "ocr":
        limit_self(OCR_MEMORY_BYTES_MAX, OCR_CPU_SECONDS_MAX)
    else:
        limit_self()
    leave_network()
    said: dict[str, Any]
    try:
        said = reader.read(path, encoding)
    except parts.Stop as stop:
        said = {"stop": stop.code, "what": stop.what}
    except MemoryError:
        said = {"stop": "work", "what": "memory"}
    except OSError as error:
        said = {"stop": "disk" if error.errno == errno.ENOSPC else "broken", "what": ""}
    except Exception as error:
        # Whatever a parser can't make sense of is a flaw of the file, to whoever sent it.
        said = {"stop": "broken", "what": type(error).__name__}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(said, file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
