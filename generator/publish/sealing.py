"""The sources and an instant → a whole new build, all its checks, its bytes in the store, and the seal over them."""

from __future__ import annotations

import hashlib
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from .. import __version__, urls
from ..build import Report, build_site, generator_digest, library_versions
from ..config import SiteConfig
from ..errors import OutputError, PublishError
from ..headers import Rules, content_type, read_redirects
from ..model import Target, TargetKind
from ..output.manifest import Manifest
from ..output.write import opened
from ..plan import plan
from ..sources.files import DEFAULT, FolderFiles, release_of
from ..sources.site import Site
from ..workers import Tools
from .revision import changed, head
from .seal import Part, Seal, SealedFile, Sources
from .store import Store

#: What a target is for those who publish. Of the others, HTML is a page, and all else is for machines, like a feed.
_PARTS: MappingProxyType[TargetKind, Part] = MappingProxyType(
    {
        **dict.fromkeys(("asset", "bundle", "card", "picture"), "asset"),
        **dict.fromkeys(("data", "record", "series", "spec"), "data"),
        **dict.fromkeys(("index", "home", "root", "catalogue", "calendar"), "index"),
    }
)


@dataclass(frozen=True)
class Sealed:
    """What became of a wish to seal: the build's report, and the seal, unless the build found errors."""

    report: Report
    seal: Seal | None = None


def seal_site(root: Path, now: datetime, tools: Tools, store: Store, *, allow_changed: bool = False) -> Sealed:
    """Build the site as it is at an instant, from nothing, and seal it. The bytes are in the store before there is a
    seal. Raises PublishError when sources are not as git has them, unless that is allowed."""
    revision = head(root)
    _make(store)
    with tempfile.TemporaryDirectory(dir=store.folder, prefix="new-") as scratch:
        with opened(Path(scratch) / "site", lambda: None) as output:
            report = build_site(FolderFiles(root), output, now, tools)
            manifest = Manifest() if report.broken else output.before()
        if report.broken or report.site is None:
            return Sealed(report)
        snapshot = report.site.snapshot.digests
        sources = _sources(root, revision, {path: d for path, d in snapshot.items() if not path.startswith(DEFAULT)})
        if sources.changed and not allow_changed:
            raise _not_in_git(sources)
        sources = replace(sources, changed=_told(sources.changed, report.site, now))
        made = [one.target for one in manifest.made.values() if one.target.path and not one.target.rehearsal]
        files = _kept(Path(scratch) / "site", made, report.site.config, store)
        former = _redirects(Path(scratch) / "site")
    config = report.site.config
    return Sealed(report, Seal(config.url, now, files, sources, _generator(), library_versions(), former))


def _make(store: Store) -> None:
    """The store's folder, closed to other users of the machine: what it holds may not be public yet."""
    try:
        store.folder.mkdir(0o700, parents=True, exist_ok=True)
        store.folder.chmod(0o700)
    except OSError as error:
        raise OutputError(f"cannot write to {store.folder}: {error.strerror}") from None


def _kept(site: Path, made: Iterable[Target], config: SiteConfig, store: Store) -> tuple[SealedFile, ...]:
    """The files of a built site, kept in the store."""
    rules = Rules((site / urls.HEADERS).read_text(encoding="utf-8"))
    found = []
    for target in sorted(made, key=lambda target: target.path):
        content = (site / target.path).read_bytes()
        try:
            sha256 = store.add(content)
        except OSError as error:
            raise OutputError(f"cannot write to {store.folder}: {error.strerror or error}; nothing is sealed") from None
        headers = rules.sent(config.prefix + urls.address(target.path))
        part = _PARTS.get(target.kind) or ("page" if target.path.endswith(".html") else "feed")
        found.append(SealedFile(target.path, sha256, len(content), content_type(target.path), headers, part))
    return tuple(found)


def _redirects(site: Path) -> Mapping[str, str]:
    rules = site / urls.REDIRECTS
    return read_redirects(rules.read_text(encoding="utf-8")) if rules.is_file() else {}


def _sources(root: Path, revision: str, digests: Mapping[str, str]) -> Sources:
    """What git says of the sources that a build has read; asked after the build, for they may change meanwhile."""
    lines = "".join(f"{digest} {path}\n" for path, digest in sorted(digests.items()))
    sources = Sources(hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest(), revision)
    if not revision:
        return sources
    differing = changed(root, digests)
    if head(root) != revision:
        raise PublishError("another revision was checked out while the site was built: seal again")
    return replace(sources, changed=differing)


def _told(paths: tuple[str, ...], site: Site, now: datetime) -> tuple[str, ...]:
    """What a seal says of sources that git does not have. Of what is not public yet it names nothing, for it goes where
    the site goes, and others may read it there."""
    planned = plan(site, now)
    public = planned.visible - planned.site.snapshot.exchanged.keys()
    coming = tuple(f"{folder}/{tag}/" for tag in site.config.coming for folder in ("content", "templates/locale"))
    named = [path for path in paths if release_of(path) in ("", *public) and not path.startswith(coming)]
    hidden = len(paths) - len(named)
    count = "1 source" if hidden == 1 else f"{hidden} sources"
    return (*named, f"{count} of what is not public") if hidden else tuple(named)


def _not_in_git(sources: Sources) -> PublishError:
    shown = ", ".join(sources.changed[:5]) + (" …" if len(sources.changed) > 5 else "")
    hint = (
        "commit them, or seal them as they are with --allow-dirty; where git status lists nothing, git changes their "
        "line ends, or was told not to look at them: see docs/publisher.md, The release day"
    )
    return PublishError(f"sources are not as the revision {sources.revision[:12]} has them: {shown}; {hint}")


def _generator() -> Mapping[str, str]:
    return {"version": __version__, "digest": generator_digest(), "python": platform.python_version()}
