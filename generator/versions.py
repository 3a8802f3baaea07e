"""Words of the command line → another version of a site's sources: a folder, a git revision, or new data."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from .errors import UsageError
from .sources.files import FOLDERS, ROOT_FILES


def version_before(name: str, root: Path, scratch: Path) -> Path:
    """The folder of the version that `name` means: a folder, else a git revision, unpacked below `scratch`.

    Raises UsageError when it is neither.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder.resolve()
    if name.startswith("-"):
        raise UsageError(f"{name} is neither a folder nor a git revision")
    wanted = [*ROOT_FILES, *FOLDERS]
    listed = _git(root, "ls-tree", "--name-only", name, "--", *wanted)
    if listed is None:
        raise UsageError(f"{name} is neither a folder nor a git revision of {root}")
    present = [path for path in wanted if path in listed.decode().split("\n")]
    packed = _git(root, "archive", "--format=tar", name, "--", *present) if present else None
    if packed is None:
        raise UsageError(f"the git revision {name} has no site.toml in {root}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # early 3.11 has none; it is git's archive
        archive.extractall(scratch, **safe)  # type: ignore[arg-type]  # one keyword, or none
    return scratch


def _git(root: Path, *words: str) -> bytes | None:
    """What git says in a folder; None when it refuses, or is not there."""
    try:
        return subprocess.check_output(["git", *words], cwd=root, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None


def new_data(folder: Path, root: Path) -> Mapping[str, Path]:
    """New files for `data/`: path below the site's root → the file that takes its place.

    `folder` is laid out like `data/` (a folder for each release, `labels.csv`), or holds files of one release, whose
    names are those of its files. Raises UsageError when a file has no place.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    found: dict[str, Path] = {}
    known = [path.relative_to(root / "data").as_posix() for path in (root / "data").rglob("*") if path.is_file()]
    for place in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        inside = place.relative_to(folder).as_posix()
        fitting = [path for path in known if path == inside] or [path for path in known if path.endswith(f"/{inside}")]
        if len(fitting) > 1:
            raise UsageError(f"{place} fits {' and '.join(fitting)}: put it in a folder named like its release")
        if not fitting and "/" not in inside:
            raise UsageError(f"{place} takes the place of no file in {root / 'data'}")
        found[f"data/{fitting[0] if fitting else inside}"] = place.resolve()
    if not found:
        raise UsageError(f"{folder} holds no files")
    return found
