"""Finds nginx with nchan: where Debian's packages have put it, else fetched by apt into bench/build/debian/.

Fetching needs no rights: the packages are unpacked, not installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.compiler import BUILD
from bench.processes import BenchError

PACKAGES = ("nginx", "libnginx-mod-nchan")
MODULE = "ngx_nchan_module.so"
FETCHED = BUILD / "debian"

#: Where Debian's nchan keeps large messages. It makes the directory at start, whatever its settings say. In
#: the unpacked copy a name of the same length stands instead, which nginx takes relative to its directory.
DEBIANS_DIRECTORY, OUR_DIRECTORY = b"/var/lib/nginx/body\0", b"nchan-message-files\0"


@dataclass(frozen=True, slots=True)
class Nginx:
    """An nginx and its nchan module, with where to look for libraries besides the system's."""

    program: Path
    module: Path
    libraries: str

    def environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": self.libraries} if self.libraries else {}

    def versions(self) -> dict[str, str]:
        """Of nginx as it says itself, of nchan as the package does."""
        told = _output([str(self.program), "-v"], self.environment())
        package = _output(["dpkg-query", "-W", "-f=${Version}", PACKAGES[1]])
        if not package and (names := sorted(FETCHED.glob(f"{PACKAGES[1]}_*.deb"))):
            package = names[-1].name.split("_")[1].replace("%3a", ":")
        return {"nginx": told.rpartition("/")[2].split()[0], "nchan": re.sub(r"^\d+:|[+-].*", "", package)}


@cache
def nginx_with_nchan() -> Nginx:
    """Where they are. Raises BenchError with the reason when they are neither there nor to be had."""
    return _installed() or _unpacked() or _fetched()


def there() -> bool:
    """Whether they can be started without fetching anything."""
    return bool(_installed() or _unpacked())


def _installed() -> Nginx | None:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    built = re.search(r"--modules-path=(\S+)", _output([program, "-V"])) if program else None
    if program and built and (module := Path(built[1]) / MODULE).exists():
        return Nginx(Path(program), module, "")
    return None


def _unpacked() -> Nginx | None:
    program, modules = FETCHED / "usr/sbin/nginx", sorted(FETCHED.glob(f"usr/lib/**/{MODULE}"))
    libraries = ":".join(sorted({str(path.parent) for path in FETCHED.glob("usr/lib/**/lib*.so.*")}))
    found = Nginx(program, modules[0], libraries) if program.exists() and modules else None
    return found if found and _output([str(program), "-v"], found.environment()) else None


def _fetched() -> Nginx:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise BenchError("nginx with nchan is not installed, and there is no apt to fetch it with")
    FETCHED.mkdir(parents=True, exist_ok=True)
    _fetch(PACKAGES)
    module = next(FETCHED.glob(f"usr/lib/**/{MODULE}"))
    module.write_bytes(module.read_bytes().replace(DEBIANS_DIRECTORY, OUR_DIRECTORY))
    if not _unpacked():
        depends = _output(["apt-cache", "depends", *PACKAGES])
        _fetch(sorted({name for name in re.findall(r"Depends: (lib\S+)", depends) if name != "libc6"}))
    if found := _unpacked():
        return found
    raise BenchError(
        "nginx was fetched but does not start; install Debian's packages " + " and ".join(PACKAGES)
    )


def _fetch(packages: tuple[str, ...] | list[str]) -> None:
    command = ["apt-get", "download", *packages]
    done = subprocess.run(command, cwd=FETCHED, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise BenchError(
            f"{' and '.join(packages)} are not installed and could not be fetched; apt-get update may help "
            f"({done.stderr.strip()[-200:]})"
        )
    for name in packages:
        for package in FETCHED.glob(f"{name}_*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(FETCHED)], check=True, timeout=60)


def _output(command: list[str], environment: dict[str, str] | None = None) -> str:
    """What a command says on either stream; nothing when it fails."""
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    except OSError:
        return ""
    return "" if done.returncode else (done.stdout + done.stderr).strip()
