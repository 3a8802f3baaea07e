"""A kind of publication, an id, and perhaps an earlier release → the files of a new release, as a draft; and a release
→ the files of the edition that is kept before it is corrected.

From an earlier release everything is taken over but the numbers: definitions with their comments, schemas, the heads of
the CSV files, and the texts. The periods move; what names a year by itself is told, for somebody to look at. A release
that the calendar announces, and that has nothing else yet, keeps its date and its announcement. What is kept before a
correction is the same, byte for byte, and says of what it is an edition.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from .config import CONFIG_FILE, SiteConfig, missing_config, parse_config
from .definitions import Release
from .errors import OutputError, UsageError, did_you_mean
from .facts.periods import shifted
from .formats import known_locale
from .sources.amendments import AMENDING
from .sources.files import Files, take_snapshot
from .sources.origins import origins_path
from .sources.site import RELEASE_ID, Memo, Reading, Site, read_site, text_path
from .spec import decode, locate
from .urls import slugify

#: Units of a shift, in months.
UNITS = MappingProxyType({"year": 12, "half": 6, "quarter": 3, "month": 1})
_KEPT = """
# What readers had until a correction took its place. It stays as it was.
[edition]
of = "%s"
number = %d
"""
_AS_DRAFT = "draft = true    # delete this line when the release may be published"
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_PUBLISHED = re.compile(r"^published[ \t]*=.*$", re.M)
_DRAFT = re.compile(r"^draft\s*=.*\n", re.M)
_FORMER = re.compile(r"^former_slugs:.*(?:\n(?:[ \t]+|-).*)*(?:\n|\Z)", re.M)
_SLUG = re.compile(r"^slug:\s*(.*?)\s*$", re.M)


@dataclass(frozen=True)
class NewRelease:
    """The files of a draft, by path, and what somebody must look at. `replaces`: the path of the announcement that one
    of them takes over, if any."""

    files: Mapping[str, bytes]
    remarks: tuple[str, ...]
    replaces: str = ""


def parse_shift(text: str) -> int:
    """`year=1` → how many months periods move. Raises UsageError."""
    found = re.fullmatch(r"([a-z]+)=([+-]?[0-9]{1,3})", text)
    if found is None or found.group(1) not in UNITS:
        raise UsageError(f"'{text}' is not a shift: write year=1, or another of {', '.join(UNITS)}")
    return UNITS[found.group(1)] * int(found.group(2))


def blank_release(site: Site, kind: str, name: str, now: datetime) -> NewRelease:
    """A release with nothing in it, in all languages. Raises UsageError."""
    _check(site, kind, name)
    day = now.astimezone(ZoneInfo(site.config.timezone)).replace(hour=9, minute=0, second=0, microsecond=0)
    release = f'kind = "{kind}"\npublished = {day.isoformat()}    # to be set\n{_AS_DRAFT}\n'
    files = {} if name in site.announced else {f"data/{name}/release.toml": release.encode()}
    for lang in site.config.tags:
        slug = slugify(name) or "draft"
        head = f"---\ntitle: {name}\nsummary: …\nslug: {slug}\n---\n"
        files[text_path(site.config, kind, name, lang)] = head.encode()
    return NewRelease(files, ("write titles, summaries and slugs in each language",))


def next_edition(site: Site, kind: str, earlier: str, name: str, months: int) -> NewRelease:
    """A release like an earlier one, without its numbers. Raises UsageError and SourceErrors."""
    _check(site, kind, name)
    head = site.heads.get(earlier)
    if head is None or head.kind != kind:
        known = [known for known, one in site.heads.items() if one.kind == kind]
        raise UsageError(f'there is no release "{earlier}" of the kind "{kind}"; {did_you_mean(earlier, known)}')
    release = site.release(earlier)
    old = site.release_file(earlier)
    source = decode(site.snapshot.read(old), old)
    moves = {code: shifted(code, months) for code in release.periods.values()}
    text, remarks = _definitions(source, release, moves, months)
    own = site.release_file(name) if name in site.announced else ""
    if own:
        text = _announced(text, decode(site.snapshot.read(own), own))
    files = {f"data/{name}/release.toml": text.encode()}
    for table in release.tables.values():
        files[f"data/{name}/{table.schema}"] = site.snapshot.read(f"data/{earlier}/{table.schema}")
        rows = decode(site.snapshot.read(f"data/{earlier}/{table.file}"), table.file)
        files[f"data/{name}/{table.file}"] = (rows.split("\n", 1)[0].rstrip("\r") + "\n").encode()
    years = {one[:4]: other[:4] for one, other in moves.items() if one != other}
    for lang in head.texts:
        path = site.text_file(earlier, lang)
        words, found = _text(decode(site.snapshot.read(path), path), name, years)
        target = text_path(site.config, kind, name, lang)
        files[target] = words.encode()
        if (record := origins_path(path)) in site.snapshot:  # the words are the same, and so is what they are made from
            files[origins_path(target)] = site.snapshot.read(record)
        remarks += [f"{target}:{line}: the text names the year {year}" for line, year in found]
    remarks.append(f"{len(release.figures)} figures and {len(release.claims)} claims wait for data")
    told = tuple(dict.fromkeys(remark.replace("@", f"data/{name}/release.toml") for remark in remarks))
    return NewRelease(files, told, own)


def kept_edition(site: Site, release: str, now: datetime) -> NewRelease:
    """A copy of a release as it stands, under a name of its own, for readers of the edition before a correction. Raises
    UsageError and SourceErrors."""
    head = site.heads.get(release)
    known = [name for name, one in site.heads.items() if one.edition is None]
    if head is None or head.edition is not None:
        raise UsageError(f'there is no release "{release}"; {did_you_mean(release, known)}')
    if head.draft or head.published > now:
        raise UsageError(f'nobody has seen "{release}" yet: it can simply be changed')
    if head.withdrawal is not None:
        raise UsageError(f'"{release}" is withdrawn: nothing of it is shown')
    if head.corrections and head.corrections[-1].at > now:
        raise UsageError(f'"{release}" has a correction that is to come: keep the edition before you write it')
    editions = [one.edition.number for one in site.heads.values() if one.edition and one.edition.release == release]
    number = max(editions, default=0) + 1
    name = f"{release}.{number}"
    _check(site, head.kind, name)
    source = site.snapshot.read(site.release_file(release))
    newline = b"\r\n" if b"\r\n" in source else b"\n"
    mark = (_KEPT % (release, number)).encode().replace(b"\n", newline)
    files = {f"data/{name}/release.toml": source.rstrip() + newline + mark}
    for table in site.release(release).tables.values():
        for file in (table.schema, table.file):
            files[f"data/{name}/{file}"] = site.snapshot.read(f"data/{release}/{file}")
    for lang in site.config.all_tags:
        path, target = site.text_file(release, lang), text_path(site.config, head.kind, name, lang)
        for old, new in ((path, target), (origins_path(path), origins_path(target))):
            if old in site.snapshot:
                files[new] = site.snapshot.read(old)
    return NewRelease(
        files,
        (
            f"what stands in data/{name}/ and in its texts stays as it is: correct data/{release}/",
            f'then write [[corrections]] in data/{release}/release.toml, with previous = "{name}"',
        ),
    )


def _check(site: Site, kind: str, name: str) -> None:
    if kind not in site.config.kinds:
        raise UsageError(f'there is no kind of publication "{kind}"; {did_you_mean(kind, site.config.kinds)}')
    if not RELEASE_ID.match(name):
        raise UsageError(f'"{name}" cannot be the name of a release: use letters, digits and hyphens')
    announced = site.announced.get(name)
    if announced is not None and announced.kind != kind:
        raise UsageError(f'"{name}" is announced as of the kind "{announced.kind}"')
    taken = [path for path in site.snapshot.digests if path.startswith(f"data/{name}/")]
    if announced is not None and taken == [site.release_file(name)]:
        taken = []  # nothing but an announcement, which the new release keeps
    taken += [path for path in _texts(site.config, kind, name) if path in site.snapshot]
    if taken:
        raise UsageError(f"{taken[0]} exists already: choose another id")


def _texts(config: SiteConfig, kind: str, name: str) -> Iterator[str]:
    return (text_path(config, kind, name, lang) for lang in config.tags)


def _definitions(source: str, release: Release, moves: Mapping[str, str], months: int) -> tuple[str, list[str]]:
    """release.toml with moved periods, as a draft; and the lines that name a period by itself."""
    source = _not_amended(source)
    lines = source.split("\n")
    places = locate(source)
    for name, code in release.periods.items():
        number = places.get(("periods", name))
        if number is not None and moves.get(code, code) != code:
            lines[number - 1] = lines[number - 1].replace(code, moves[code], 1)
    within = {number for path, number in places.items() if path[:1] == ("periods",)}
    remarks = [
        f"@:{number}: the definition names the year {found.group()}"
        for number, line in enumerate(lines, 1)
        if number not in within and not line.startswith("published")
        for found in _YEAR.finditer(line.partition("#")[0])
        if found.group() in {code[:4] for code, later in moves.items() if later != code}
    ]
    text = _DRAFT.sub("", "\n".join(lines))
    later = release.published
    if months % 12 == 0 and (later.month, later.day) != (2, 29):
        later = later.replace(year=later.year + months // 12)
    published = f"published = {later.isoformat()}    # to be set\n{_AS_DRAFT}"
    return _PUBLISHED.sub(lambda _found: published, text, count=1), remarks


def _not_amended(source: str) -> str:
    """release.toml without what was announced of it, what became of it, and of what it was an edition."""
    cut = _lines_of(source, ("announced", *AMENDING))
    kept = "\n".join(line for number, line in enumerate(source.split("\n"), 1) if number not in cut)
    return kept if not cut else kept.rstrip("\n") + "\n"


def _lines_of(source: str, names: Container[str]) -> set[int]:
    """The numbers of the lines of some tables."""
    starts = sorted((number, path[0]) for path, number in locate(source).items())
    ends = [number for number, _name in starts[1:]] + [len(source.split("\n")) + 1]
    found = zip(starts, ends, strict=True)
    return {number for (start, name), end in found if name in names for number in range(start, end)}


def _announced(text: str, own: str) -> str:
    """The release.toml of the next edition with the date and the announcement that it has already."""
    date = _PUBLISHED.search(own)
    mine = _lines_of(own, ("announced",))
    told = "\n".join(line for number, line in enumerate(own.split("\n"), 1) if number in mine)
    if date is not None:
        text = _PUBLISHED.sub(lambda _found: date.group(), text, count=1)
    return f"{text.rstrip()}\n\n{told.rstrip()}\n"


def _text(source: str, name: str, years: Mapping[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """A text with a slug of its own, and the lines of its words that name a year that moves."""
    found = _SLUG.search(source)
    slug = found.group(1).strip("\"'") if found else name
    moved = _YEAR.sub(lambda year: years.get(year.group(), year.group()), slug)
    if moved == slug:
        moved = f"{slug}-{slugify(name)}"
    close = source.find("\n---", 3)
    source = _FORMER.sub("", source[:close]) + source[close:]
    text = _SLUG.sub(lambda _found: f"slug: {moved}", source, count=1)
    named = [
        (number, year.group())
        for number, line in enumerate(text.split("\n"), 1)
        if not line.startswith("slug:")
        for year in _YEAR.finditer(re.sub(r"\]\([^)]*\)", "", line))
        if year.group() in years
    ]
    return text, named


def read_sources(files: Files, *, drafts: bool = False) -> Site:
    """The site of some sources, read without an earlier build; with `drafts`, with languages in preparation. Raises
    SourceErrors when there is no configuration."""
    return read_everything(files, drafts=drafts).site


def read_everything(files: Files, *, drafts: bool = False) -> Reading:
    """The same, with what is wrong in the sources. Raises SourceErrors when there is no configuration."""
    try:
        config, mistakes = parse_config(files.read(CONFIG_FILE), known_locale, drafts=drafts)
    except OSError:
        raise missing_config() from None
    snapshot = take_snapshot(files, {}, config.max_file_mb * 1_000_000)
    return read_site(config, snapshot, Memo(), mistakes)


def write_files(new: NewRelease, root: Path) -> None:
    """Write all files of a draft, or none. Raises OutputError."""
    written: list[Path] = []
    try:
        for path, data in new.files.items():
            place = root / (f"{path}.new" if path == new.replaces else path)
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                written.append(place)
                file.write(data)
        if new.replaces:
            (root / f"{new.replaces}.new").replace(root / new.replaces)
    except OSError as error:
        for place in written:
            place.unlink(missing_ok=True)
        raise OutputError(f"{error.filename}: {error.strerror}; nothing was written") from None
