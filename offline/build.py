"""The offline bundle: wheels of one platform, with and without torch, checksums, documents, INSTALL.md.

``make bundle`` builds the documentation and then runs ``python -m offline.build``, on a machine with a
network that has the same system and the same Python as the one without.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
CORE, REST = "wheels", "wheels-all"
SUMS = "SHA256SUMS"


def build(out: Path) -> None:
    """Make the folder anew; it appears whole, or not at all."""
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        draft = Path(scratch) / "bundle"
        wheel = _our_wheel(Path(scratch))
        _wheels(f"{wheel}", into=draft / CORE)
        _wheels(f"{wheel}[all]", into=draft / REST)
        for each in (draft / CORE).iterdir():
            (draft / REST / each.name).unlink()  # pip is given both folders
        _add_papers(draft)
        write_sums(draft)
        shutil.rmtree(out, ignore_errors=True)
        draft.rename(out)


def _our_wheel(scratch: Path) -> Path:
    _pip("wheel", "--no-deps", "--wheel-dir", str(scratch), str(ROOT))
    (wheel,) = scratch.glob("synthassay-*.whl")
    return wheel


def _wheels(wanted: str, *, into: Path) -> None:
    """Everything that is needed, as wheels; what is published as source alone is built here."""
    constraints = str(ROOT / "constraints.txt")
    _pip("wheel", "--prefer-binary", "--constraint", constraints, "--wheel-dir", str(into), wanted)


def _pip(*arguments: str) -> None:
    subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True
    )


def _add_papers(folder: Path) -> None:
    shutil.copytree(ROOT / "synthassay" / "site", folder / "docs")
    shutil.copy(ROOT / "configs" / "demo.yaml", folder)
    shutil.copy(HERE / "Containerfile", folder)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "INSTALL.md").write_text(install_page(folder), encoding="utf-8")


def install_page(folder: Path) -> str:
    """INSTALL.md, with this bundle's platform and sizes."""
    page = (HERE / "INSTALL.md").read_text(encoding="utf-8")
    core, rest = size(folder / CORE), size(folder / REST)
    told = {
        "PLATFORM": sysconfig.get_platform(),
        "PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "CORE_MB": f"{core / 1e6:,.0f}",
        "ALL_MB": f"{(core + rest) / 1e6:,.0f}",
    }
    for name, value in told.items():
        page = page.replace(f"@{name}@", value)
    return page


def size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_sums(folder: Path) -> None:
    """SHA-256 of every file, as ``sha256sum --check`` reads it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in paths
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the bundle, and say how big it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bundle")
    out = parser.parse_args(arguments).out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    build(out)
    core, rest = size(out / CORE), size(out / REST)
    print(
        f"{out}: {core / 1e6:,.0f} MB without torch, {(core + rest) / 1e6:,.0f} MB with everything, "
        f"{size(out / 'docs') / 1e6:,.0f} MB of documents"
    )


if __name__ == "__main__":
    main()
