"""Compiles the C programs of this directory into bench/build/."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bench.processes import BenchError

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"

#: Programs and what they are made of.
SOURCES = {
    "load": ("load.c", "seats.c", "talk.c", "dialect.c", "account.c", "net.c", "scan.c", "base.c"),
    "calls": ("calls.c", "net.c", "scan.c", "base.c"),
    "cfloor": ("cfloor.c",),
}


def build(name: str) -> Path:
    """The program, compiled unless it is newer than all sources.

    It is written aside first, for two runs may compile at once.
    """
    sources, binary = [HERE / source for source in SOURCES[name]], BUILD / name
    newest = max(path.stat().st_mtime for path in (*sources, *HERE.glob("*.h")))
    if binary.exists() and binary.stat().st_mtime > newest:
        return binary
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise BenchError("the benchmark needs a C compiler, and there is none: install gcc, or set CC")
    BUILD.mkdir(exist_ok=True)
    aside = binary.with_suffix(f".{os.getpid()}")
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(aside), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{name} does not compile:\n{done.stderr}")
    aside.replace(binary)
    return binary
