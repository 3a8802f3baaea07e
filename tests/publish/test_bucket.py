"""Publishing to a bucket: each step is seen at once, and no page leads to what is not there; whatever fails, the next
publishing completes. The service is moto, on loopback, asked as any other one is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from buckets import RECORDS, SITE, Service, served, target
from places import INSTANT, ONE, TWO, dead_links, seal_of, send
from support import ROOT, communique, small_site, write

from generator.errors import PublishError
from generator.publish import aws, lease
from generator.publish.bucket import BucketTarget
from generator.publish.history import History, previous
from generator.publish.invalidation import stale_addresses
from generator.publish.publishing import Order, plan_steps, publish, rollback_order
from generator.publish.seal import Seal, write_seal
from generator.publish.store import Store
from generator.publish.target import Publisher
from generator.sources.files import DEFAULT

SECRET = "5ecret/0f+the/0ffice"

#: Pages link to the paths that they hold in brackets.
OLD = {
    "index.html": b"[fr/index.html]",
    "fr/index.html": b"[assets/a.css] [fr/gone/index.html]",
    "fr/gone/index.html": b"[fr/index.html] gone",
    "assets/a.css": b"a",
}
NEW = {
    "index.html": b"[fr/index.html]",
    "fr/index.html": b"[assets/b.css] [fr/new/index.html]",
    "fr/new/index.html": b"[fr/other.html]",
    "fr/other.html": b"[fr/new/index.html]",
    "assets/b.css": b"b",
}


@pytest.fixture(scope="module")
def started() -> Iterator[Service]:
    with served() as service:
        yield service


@pytest.fixture(autouse=True)
def service(started: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Service:
    """An empty service, credentials that it takes, and no waiting between attempts."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OFFICE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", started.url)
    monkeypatch.setattr(aws, "time", SimpleNamespace(sleep=lambda _seconds: None))
    started.empty()
    return started


def again(service: Service) -> None:
    """The trouble is over; so is the time of a lock that was left."""
    service.fails, service.lasting = 0, False
    service.let_lapse()


# ---------------------------------------------------------------- what is there


def test_what_was_sealed_is_there(service: Service, store: Store) -> None:
    www = target(service)
    assert send(seal_of(ONE, store), store, www) == len(ONE)
    assert service.seen() == ONE
    two = {**TWO, "data/Été, 1 %.csv": "é".encode(), "empty.txt": b""}
    assert send(seal_of(two, store), store, www) == 6 + 2
    assert service.seen() == two


def test_what_goes_with_it(service: Service, store: Store) -> None:
    seal = seal_of(ONE, store)
    send(seal, store, target(service))
    client = boto3.client("s3", endpoint_url=service.url, region_name="us-east-1")
    found = client.head_object(Bucket=SITE, Key="assets/site.aaaaaaaaaa.css")
    assert found["ContentType"] == "text/css; charset=utf-8"
    assert found["CacheControl"] == "public, max-age=0, must-revalidate"
    assert found["Metadata"] == {"sha256": seal.by_path["assets/site.aaaaaaaaaa.css"].sha256}


def test_nothing_to_do_changes_nothing_and_reads_nothing(service: Service, store: Store) -> None:
    seal = seal_of(ONE, store)
    send(seal, store, target(service))
    service.requests.clear()
    assert send(seal, store, target(service)) == 0, "another publisher knows what is there, too"
    asked = [request for request in service.requests if SITE in request]
    assert [request.split("?")[0] for request in asked] == [f"GET /{SITE}"], "one listing, and nothing else"
    assert not [request for request in service.requests if "PUT" in request and "lock" not in request]


def with_headers(seal: Seal, **headers: str) -> Seal:
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return replace(seal, files=tuple(replace(file, headers=given) for file in seal.files))


def test_headers_alone(service: Service, store: Store) -> None:
    """Those that a bucket holds are sent anew; those that it cannot hold are no reason to send a file."""
    www, seal = target(service), seal_of(ONE, store)
    send(seal, store, www)
    assert send(with_headers(seal, Cache_Control="no-cache"), store, www) == len(ONE)
    assert send(with_headers(seal, Cache_Control="no-cache"), store, target(service)) == 0
    service.requests.clear()
    secure = with_headers(seal, Cache_Control="no-cache", X_Frame_Options="DENY")
    assert send(secure, store, www) == 0
    assert not [request for request in service.requests if request.startswith(f"PUT /{SITE}")]
    assert www.shown() == secure.digest


def test_what_others_do_to_our_files_is_mended(service: Service, store: Store) -> None:
    www, seal = target(service), seal_of(ONE, store)
    send(seal, store, www)
    client = boto3.client("s3", endpoint_url=service.url, region_name="us-east-1")
    mark = {"sha256": seal.by_path["index.html"].sha256}
    client.put_object(Bucket=SITE, Key="index.html", Body=b"defaced", Metadata=mark)  # as tools do that keep a mark
    client.put_object(Bucket=SITE, Key="fr/index.html", Body=b"home one")  # the same bytes, of another type
    service.buckets[SITE].keys["fr/index.html"].last_modified += timedelta(seconds=1)  # which is as fine as S3 tells it
    client.delete_object(Bucket=SITE, Key="404.html")
    steps = plan_steps(Order(seal, store, None, 5), target(service))
    assert {step.path: step.why for step in steps} == {
        "404.html": "new",
        "fr/index.html": "content",
        "index.html": "content",
    }
    assert send(seal, store, www) == 3
    assert service.seen() == ONE
    assert client.head_object(Bucket=SITE, Key="fr/index.html")["ContentType"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("prefix", ["", "www/"])
def test_files_of_others_stay(service: Service, store: Store, prefix: str) -> None:
    theirs = {
        f"{prefix}theirs/a b+é.txt": b"1",
        f"{prefix}fr/notes.txt": b"2",
        f"{prefix}fr/": b"",
        "www-2/index.html": b"4",
    }
    client = boto3.client("s3", endpoint_url=service.url, region_name="us-east-1")
    for key, content in theirs.items():
        client.put_object(Bucket=SITE, Key=key, Body=content)
    www = target(service, prefix)
    for files in (ONE, TWO, {"fr/index.html": b"alone"}):
        send(seal_of(files, store), store, www)
        assert service.seen() == {**{prefix + path: content for path, content in files.items()}, **theirs}
    service.requests.clear()
    assert send(seal_of({"fr/index.html": b"alone"}, store), store, target(service, prefix)) == 0
    assert not [request for request in service.requests if "notes" in request], "nor are they read again and again"
    listings = [request for request in service.requests if request.startswith(f"GET /{SITE}?")]
    assert all(f"prefix={prefix.replace('/', '%2F')}&" in request for request in listings)


def test_files_of_others_are_not_written_over(service: Service, store: Store) -> None:
    """Such as those of another site, in a bucket that was named by mistake. Without its records, a site is still known
    by the marks of its files."""
    service.add(SITE, "www/index.html", b"theirs")
    www = target(service, "www/")
    with pytest.raises(PublishError, match=r"index\.html is in the way, and communique did not put it there"):
        send(seal_of(ONE, store), store, www)
    assert service.seen() == {"www/index.html": b"theirs"}
    www._site.delete("index.html")
    send(seal_of(ONE, store), store, www)
    service.buckets[RECORDS].keys.clear()
    assert send(seal_of(TWO, store), store, target(service, "www/")) == 4
    assert service.seen("www/") == {**ONE, **TWO}, "what it does not know to be its own stays"


def test_many_objects(service: Service, store: Store) -> None:
    """More than one listing holds."""
    for number in range(1101):
        service.add(SITE, f"many/{number:04}", b"x")
    www = target(service)
    assert len(list(www._site.listed())) == 1101
    assert {one.path for one in www._site.listed("many/00")} == {f"many/{number:04}" for number in range(100)}


@pytest.mark.parametrize("token", [{}, {"NextContinuationToken": "again"}])
def test_a_service_that_lists_a_part(service: Service, store: Store, token: dict[str, str]) -> None:
    """An old one, which knows no ListObjectsV2, or goes round in a circle."""
    www = target(service, anew=True)
    www._site._client.list_objects_v2 = lambda **_given: {"IsTruncated": True, **token}
    with pytest.raises(PublishError, match="bucket site-bucket: it lists only a part: it must know ListObjectsV2"):
        send(seal_of(ONE, store), store, www)


# ---------------------------------------------------------------- one at a time


def test_two_publishers(service: Service, store: Store) -> None:
    www = target(service)
    send(seal_of(ONE, store), store, www)
    with www.locked(Publisher("ann@office", datetime(2024, 7, 1, 6, 30, tzinfo=UTC))):
        told = (
            r"ann@office is publishing to the bucket site-bucket since 2024-07-01T06:30:00Z.*killed, .*in (60|59|58) s"
        )
        with pytest.raises(PublishError, match=told):
            send(seal_of(TWO, store), store, target(service), by="bob@home")
        assert service.seen() == ONE
    send(seal_of(TWO, store), store, target(service), by="bob@home")
    assert service.seen() == TWO


def test_a_lock_that_was_left_lapses(service: Service, store: Store) -> None:
    left = lease.Lease(target(service)._records, Publisher("ann", INSTANT), "it")
    left._take()
    with pytest.raises(PublishError, match="ann is publishing"):
        send(seal_of(ONE, store), store, target(service))
    service.let_lapse()
    send(seal_of(ONE, store), store, target(service))
    assert service.seen() == ONE


def test_two_take_over_the_same_lock(service: Service) -> None:
    """Both saw that it had lapsed: the one who writes second is refused."""
    records = target(service, anew=True)._records
    lease.Lease(records, Publisher("dead", INSTANT), "it")._take()
    service.let_lapse()
    first, second = (lease.Lease(records, Publisher(name, INSTANT), "it") for name in ("ann", "bob"))
    get = records.get
    answers = iter([records.get(lease.LOCK)])
    first._take()
    records.get = lambda path: next(answers, None) or get(path)  # type: ignore[method-assign, assignment]
    with pytest.raises(PublishError, match="ann is publishing to it"):
        second._take()


class Clock:
    """What a publisher believes that the time is."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lease, "time", clock)
    return clock


@pytest.mark.parametrize("heeded", [True, False], ids=["conditions", "no conditions"])
@pytest.mark.parametrize("finished", [True, False])
def test_a_publisher_who_was_held_up_stops(
    service: Service, store: Store, clock: Clock, heeded: bool, finished: bool
) -> None:
    """A machine sleeps while it publishes; another one takes over, and is done, or not yet; then the first wakes up."""
    service.ignores_conditions = not heeded
    www, one, two = target(service), seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, www)
    file = two.by_path["fr/index.html"]
    with www.locked(Publisher("asleep", INSTANT)):
        www.present()
        www.begin(0)
        service.let_lapse()
        clock.now += 3600
        if finished:
            send(two, store, target(service))
            changes = (lambda: www.put(file, b"old"), lambda: www.delete("index.html"), lambda: www.switch(one))
            for change in (*changes, lambda: www.write_record("shown", b"x")):
                with pytest.raises(PublishError, match="took over the bucket site-bucket while this one was held up"):
                    change()
            assert service.seen() == TWO
        else:
            with target(service).locked(Publisher("bob", INSTANT)), pytest.raises(PublishError, match="took over"):
                www.put(file, b"old")
    assert bool(clock.slept) == (not heeded)


@pytest.mark.parametrize("request_of", ["fr/index.html", "www/history.json", "www/lock.json"])
def test_a_request_that_is_made_again_after_the_lock_was_lost(
    service: Service, store: Store, clock: Clock, request_of: str
) -> None:
    """The line breaks while a request is on its way, and the machine sleeps; another one publishes. Then it wakes up,
    and must not send the request once more: a page, a record, or the removal of what is another's lock by now."""
    www, one, two = target(service), seal_of(ONE, store), seal_of(TWO, store)
    third = seal_of({**ONE, "third.html": b"3"}, store)
    removes = request_of == "www/lock.json"
    for seal in (one, two, one, two, one):
        if seal is two:
            service.requests.clear()
        send(seal, store, www)
    found = [asked.startswith("DELETE" if removes else "PUT") and request_of in asked for asked in service.requests]
    beside = target(service).locked(Publisher("bob", INSTANT))

    def sleep() -> None:
        service.fails = 0
        service.let_lapse()
        clock.now += 3600
        if removes:
            beside.__enter__()
        else:
            send(third, store, target(service))

    service.requests.clear()
    service.fails, service.how, service.meanwhile = found.index(True) + 1, "cut", sleep
    if removes:
        send(two, store, www)
        assert b"bob" in service.buckets[RECORDS].keys["www/lock.json"].value
        beside.__exit__(None, None, None)
        return
    with pytest.raises(PublishError, match="another publisher took over the bucket site-bucket"):
        send(two, store, www)
    assert service.seen() == {**ONE, "third.html": b"3"}
    assert History(www).entries()[-1].seal == third.digest == www.shown()


def test_a_request_leaves_with_its_bytes(service: Service, store: Store) -> None:
    """Else the bytes of one that was held up between the two could follow when another one has published."""
    send(seal_of(ONE, store), store, target(service))
    assert service.halves == 0
    assert service.seen() == ONE


def test_a_lock_is_kept_while_one_works(service: Service, clock: Clock) -> None:
    www, other = target(service), target(service)
    with www.locked(Publisher("ann", INSTANT)):
        for _ in range(3):
            clock.now += 40
            service.let_lapse(40)
            www.write_record("x", b"y")
            with pytest.raises(PublishError, match="ann is publishing"), other.locked(Publisher("bob", INSTANT)):
                pass
    assert not service.buckets[RECORDS].keys.get("www/lock.json"), "it was given back"


def test_a_lock_that_was_written_without_an_answer(service: Service, clock: Clock) -> None:
    """It is still this publisher's, and is written anew before it counts as such."""
    www, other = target(service), target(service)
    with www.locked(Publisher("ann", INSTANT)):
        held = www._lease
        assert held
        before = held._etag
        held._beats += 1
        held._put({"IfMatch": before})
        held._etag = before
        clock.now += 40
        service.let_lapse(50)
        www.write_record("x", b"y")
        told = "publish again in (60|59|58) s"
        with pytest.raises(PublishError, match=told), other.locked(Publisher("bob", INSTANT)):
            pass


def test_a_lock_that_was_removed_by_hand(service: Service, clock: Clock) -> None:
    www = target(service)
    with www.locked(Publisher("ann", INSTANT)):
        www._records.delete(lease.LOCK)
        clock.now += 40
        with pytest.raises(PublishError, match="somebody removed the lock"):
            www.write_record("x", b"y")


def test_services_without_conditions(service: Service, store: Store, clock: Clock) -> None:
    """Two at the same moment, both of whom saw no lock: who wrote last holds it, and the other one finds that out."""
    service.ignores_conditions = True
    records = target(service)._records
    first, second = (lease.Lease(records, Publisher(name, INSTANT), "it") for name in ("ann", "bob"))
    clock.sleep = lambda _seconds: second._put({})  # type: ignore[method-assign]
    with pytest.raises(PublishError, match="bob is publishing to it"):
        first._take()
    service.let_lapse()
    clock.sleep = lambda _seconds: None  # type: ignore[method-assign]
    send(seal_of(ONE, store), store, target(service))
    assert service.seen() == ONE


def test_records_that_everybody_can_read(service: Service, store: Store) -> None:
    service.watch = lambda: [setattr(key, "acl", public()) for key in list(service.buckets[RECORDS].keys.values())]
    with pytest.raises(PublishError, match="everybody can read the records of publishing in the bucket records-bucket"):
        send(seal_of(ONE, store), store, target(service))
    assert service.seen() == {}


@pytest.mark.parametrize("how", ["500", "cut"])
def test_records_of_which_it_is_not_known_at_once(service: Service, store: Store, how: str) -> None:
    """A stranger who gets no answer is no stranger who was refused."""
    service.watch = lambda: [setattr(key, "acl", public()) for key in list(service.buckets[RECORDS].keys.values())]
    service.fails, service.how = 4, how
    with pytest.raises(PublishError, match="everybody can read the records of publishing in the bucket records-bucket"):
        send(seal_of(ONE, store), store, target(service))
    assert service.requests[3:5] == ["GET /records-bucket/www/lock.json?"] * 2


def public() -> object:
    from moto.s3.models import get_canned_acl

    return get_canned_acl("public-read")


# ---------------------------------------------------------------- whatever fails

#: What goes wrong, and what people are told. An answer that breaks off can seem to be any other.
KINDS = (
    ("500", "does not answer as it should"),
    ("cut", "cannot be reached"),
    ("forbidden", "this is not allowed"),
    ("slow", "does not answer as it should"),
    ("half", "the bucket"),
)


def watched(service: Service) -> list[str]:
    """The dead links that a reader could have met from now on."""
    met: list[str] = []
    service.watch = lambda: met.extend(dead_links(service.seen()))
    return met


def test_trouble_that_passes(service: Service, store: Store) -> None:
    """One request of a publishing fails, before or after it did something: nobody notices."""
    www, seals = target(service), [seal_of(files, store) for files in (OLD, NEW)]
    send(seals[0], store, www)
    met, number, turn = watched(service), 1, 1
    while True:
        service.requests.clear()
        service.fails, service.late = number, turn % 2 == 0
        service.how = ("500", "slow", "cut")[turn % 3]
        send(seals[turn % 2], store, www)
        assert service.seen() == (OLD, NEW)[turn % 2]
        if len(service.requests) < number:
            break
        number, turn = number + 4, turn + 1
    assert number > 25
    assert met == []


@pytest.mark.parametrize("how", ["500", "slow", "cut"])
def test_trouble_of_some_seconds(service: Service, store: Store, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A line that is away for so long, or a service that starts again, does not end a publishing on the day."""
    www, waited = target(service), [0.0]
    send(seal_of(ONE, store), store, www)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) > 10:
            service.fails = 0

    monkeypatch.setattr(aws, "time", SimpleNamespace(sleep=sleep))
    service.requests.clear()
    service.fails, service.lasting, service.how = 9, True, how
    send(seal_of(TWO, store), store, www)
    assert service.seen() == TWO


def test_trouble_that_lasts(service: Service, store: Store) -> None:
    """From some request on everything fails: people are told why; the next publishing completes, and knows all."""
    www, seals = target(service), [seal_of(files, store) for files in (OLD, NEW)]
    send(seals[0], store, www)
    met, number, outcomes = watched(service), 1, set()
    while True:
        turn = number % 2
        how, told = KINDS[number % len(KINDS)]
        service.requests.clear()
        service.fails, service.lasting, service.how, service.late = number, True, how, number % 3 == 0
        said = refused(seals[turn], store, www)
        if said is None:
            break
        assert told in said or (how == "half" and "everybody can read" in said), (how, number)
        assert SECRET not in said
        outcomes.add(service.seen() == (OLD, NEW)[turn])
        again(service)
        service.requests.clear()
        send(seals[turn], store, target(service) if number % 8 == 0 else www)
        assert service.seen() == (OLD, NEW)[turn]
        assert www.shown() == seals[turn].digest == History(www).entries()[-1].seal
        number += 1
    assert number > 25
    assert outcomes == {True, False}
    assert met == []
    shutil.rmtree(store.folder)
    again(service)
    rolled(www, store)


def refused(seal: Seal, store: Store, www: BucketTarget) -> str | None:
    """What a publishing says that does not complete."""
    try:
        send(seal, store, www)
    except PublishError as error:
        return str(error)
    return None


def rolled(www: BucketTarget, store: Store, to: str = "", keep: int = 5) -> int:
    order = rollback_order(www, store, to, keep, None)
    later = datetime(2025, 1, 1, tzinfo=UTC)
    return len(publish(order, www, "ann", lambda: later, lambda _done, _all: None))


_SENDING = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from buckets import Service, target
from places import send
from generator.publish.seal import read_seal
from generator.publish.store import Store
www = target(Service(port={port}))
seal = read_seal(Path({seal!r}).read_bytes(), "it")
print("ready", flush=True)
input()
send(seal, Store(Path({store!r})), www)
"""


def test_killed_in_the_middle(service: Service, store: Store, tmp_path: Path) -> None:
    """By SIGKILL, as it makes its request number so and so; then another one completes."""
    www, seals = target(service), [seal_of(files, store) for files in (OLD, NEW)]
    send(seals[0], store, www)
    met = watched(service)
    paths = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "publish")]
    left = set()
    for turn, number in enumerate((15, 19, 20, 24), 1):
        seal = tmp_path / "seal.json"
        seal.write_bytes(write_seal(seals[turn % 2]))
        code = _SENDING.format(paths=paths, port=service.port, seal=str(seal), store=str(store.folder))
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin and process.stdout
            process.stdout.readline()
            service.requests.clear()
            service.fails, service.how, service.late, service.victim = number, "kill", turn % 2 == 0, process.pid
            process.communicate(b"\n")
        assert process.returncode == -9
        left.add(frozenset(service.seen().items()))
        service.fails = 0
        with pytest.raises(PublishError, match="If that publisher was killed, publish again in"):
            send(seals[turn % 2], store, www)
        again(service)
        send(seals[turn % 2], store, www)
        assert service.seen() == (OLD, NEW)[turn % 2]
        assert previous(History(www).entries()) == seals[(turn + 1) % 2].digest
    assert len(left) > 2, "some were killed between two changes"
    assert met == []


# ---------------------------------------------------------------- back


def test_back_to_the_one_before(service: Service, store: Store) -> None:
    www = target(service, "www/")
    for files in (ONE, TWO, {**TWO, "three.html": b"3"}):
        send(seal_of(files, store), store, www)
    shutil.rmtree(store.folder)  # the records have what was shown
    assert rolled(target(service, "www/"), store) == 1
    assert service.seen("www/") == TWO
    rolled(www, store)
    assert service.seen("www/") == ONE
    with pytest.raises(PublishError, match="nothing was published here before"):
        rolled(www, store)
    assert [entry.action for entry in History(www).entries()] == [*["publish"] * 3, *["rollback"] * 2]


def kept(service: Service) -> set[bytes]:
    return {key.value for name, key in service.buckets[RECORDS].keys.items() if name.startswith("www/objects/")}


def test_only_the_bytes_of_the_last_seals_are_kept(service: Service, store: Store) -> None:
    www = target(service)
    seals = [seal_of({**ONE, "n": str(number).encode()}, store) for number in range(5)]
    for seal in seals:
        send(seal, store, www, keep=3)
    assert kept(service) == {*ONE.values(), b"2", b"3", b"4"}
    shutil.rmtree(store.folder)
    rolled(www, store, seals[2].digest, keep=3)
    assert service.seen()["n"] == b"2"
    with pytest.raises(PublishError, match="is not kept here any more"):
        rolled(www, store, seals[0].digest, keep=3)


def test_kept_bytes_that_were_altered(service: Service, store: Store) -> None:
    www = target(service)
    send(seal_of(ONE, store), store, www)
    send(seal_of(TWO, store), store, www)
    for name, key in service.buckets[RECORDS].keys.items():
        if key.value == b"home one":
            service.buckets[RECORDS].keys[name].value = b"forged!!"
    shutil.rmtree(store.folder)
    with pytest.raises(PublishError, match=r"altered since: fr/index\.html"):
        rolled(www, store)
    assert service.seen() == TWO


def test_records_where_others_have_something(service: Service, store: Store) -> None:
    """What is not of publishing's making stays there; two places cannot share their records."""
    www = target(service)
    service.add(RECORDS, "www/objects/readme", b"theirs")
    for files in (ONE, TWO, ONE):
        send(seal_of(files, store), store, www, keep=2)
    assert service.buckets[RECORDS].keys["www/objects/readme"].value == b"theirs"
    service.add(SITE, "other/fr/gone/index.html", b"theirs")
    with pytest.raises(
        PublishError, match="records-bucket are of another place, site-bucket/: give each place records"
    ):
        send(seal_of(TWO, store), store, target(service, "other/"))
    service.add(RECORDS, "www/lock.json", b"[1]")
    service.let_lapse()
    with pytest.raises(PublishError, match=r"www/lock\.json in the bucket records-bucket is no lock of publishing"):
        send(seal_of(TWO, store), store, www)
    assert service.buckets[RECORDS].keys["www/lock.json"].value == b"[1]"


def test_a_record_that_is_damaged(service: Service, store: Store) -> None:
    www = target(service)
    send(seal_of(ONE, store), store, www)
    for text in (b"{", b"[]", b'{"files": {"x": 1}}'):
        boto3.client("s3", endpoint_url=service.url).put_object(Bucket=RECORDS, Key="www/listing.json", Body=text)
        with pytest.raises(PublishError, match=r"listing\.json of the target is damaged: delete it"):
            send(seal_of(TWO, store), store, www)
    www._records.delete("listing.json")
    assert send(seal_of(TWO, store), store, www) == 6, "what is there is read again"


# ---------------------------------------------------------------- CloudFront


@pytest.fixture
def distribution(service: Service) -> str:
    config = {
        **{"CallerReference": "a", "Comment": "", "Enabled": True},
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "a.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "allow-all",
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
    client = boto3.client("cloudfront", endpoint_url=service.url, region_name="us-east-1")
    return str(client.create_distribution(DistributionConfig=config)["Distribution"]["Id"])


def invalidated(service: Service, distribution: str) -> list[set[str]]:
    """What the distribution was told to forget, the first first."""
    client = boto3.client("cloudfront", endpoint_url=service.url, region_name="us-east-1")
    listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    found = [client.get_invalidation(DistributionId=distribution, Id=one["Id"])["Invalidation"] for one in listed]
    found.sort(key=lambda one: one["CreateTime"])
    return [set(one["InvalidationBatch"]["Paths"]["Items"]) for one in found]


def test_only_what_changed_is_invalidated(service: Service, store: Store, distribution: str) -> None:
    www = target(service, "www/", distribution)
    send(seal_of(ONE, store), store, www)
    assert "/assets/site.aaaaaaaaaa.css" not in invalidated(service, distribution)[0], "nobody asked for it before"
    send(seal_of(TWO, store), store, www)
    assert invalidated(service, distribution)[1] == {
        *("/assets/site.aaaaaaaaaa.css", "/fr/", "/fr/index.html", "/fr/gone/", "/fr/gone/index.html"),
        *("/fr/new/", "/fr/new/index.html", "/fr/new/deep/er.html"),
    }
    send(seal_of(TWO, store), store, www)
    assert len(invalidated(service, distribution)) == 2


def test_an_address_is_encoded_once() -> None:
    assert stale_addresses(["fr/é.html"], "https://stat.example/%C3%A9tat/") == ("/%C3%A9tat/fr/%C3%A9.html",)


def test_below_a_path_and_of_too_many(service: Service, store: Store, distribution: str) -> None:
    www = target(service, "", distribution)
    below = {"index.html": b"1", "fr/é b*.html": b"2"}
    send(replace(seal_of(below, store), url="https://stat.example/news/"), store, www)
    www._stale = {f"fr/{number}.html" for number in range(2999)}
    assert invalidated(service, distribution) == [{"/news/", "/news/index.html", "/news/fr/%C3%A9%20b%2A.html"}]
    with www.locked(Publisher("ann", INSTANT)):
        www.present()
        www._stale = {f"fr/{number}.html" for number in range(3001)}
        www.switch(seal_of(below, store))
    assert invalidated(service, distribution)[1] == {"/*"}


@pytest.mark.parametrize("how", ["back", "on", "a third"])
def test_what_an_interrupted_publishing_changed_is_invalidated(
    service: Service, store: Store, distribution: str, how: str
) -> None:
    """Also if the same seal is published again, and finds nothing to send; and if that one is interrupted, too."""
    old, new = seal_of(OLD, store), seal_of(NEW, store)
    www = target(service, "", distribution)
    send(old, store, www)
    then = {"back": old, "on": new, "a third": seal_of({**OLD, "x": b"x"}, store)}[how]
    for seal in (new, then):
        interrupt(www, seal, store)
    assert len(invalidated(service, distribution)) == 1
    send(then, store, www)
    told = invalidated(service, distribution)[1]
    assert {"/fr/", "/fr/index.html"} <= told
    assert "/index.html" not in told


def interrupt(www: BucketTarget, seal: Seal, store: Store) -> None:
    """Let a publishing fail after its last change of the site, before CloudFront is told."""
    real = www.switch
    www.switch = lambda _seal: (_ for _ in ()).throw(PublishError("cut off"))  # type: ignore[method-assign]
    with pytest.raises(PublishError, match="cut off"):
        send(seal, store, www)
    www.switch = real  # type: ignore[method-assign]


def test_cloudfront_that_refuses(service: Service, store: Store) -> None:
    www = target(service, "", "E000")
    with pytest.raises(PublishError, match="the CloudFront distribution E000: there is no such distribution"):
        send(seal_of(ONE, store), store, www)
    assert service.seen() == ONE
    assert send(seal_of(ONE, store), store, target(service)) == 0
    assert www.shown()


# ---------------------------------------------------------------- people


PLACE = """
[publish.www]
type = "bucket"
bucket = "site-bucket"
prefix = "www"
records = "records-bucket/www"
region = "us-east-1"
endpoint = "{url}"
cloudfront = "{distribution}"
"""


def test_a_release_day(service: Service, distribution: str, tmp_path: Path) -> None:
    """With the command, from the site's sources to a rollback."""
    sources = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}
    sources["site.toml"] += PLACE.format(url=service.url, distribution=distribution).encode()
    root = write(sources, tmp_path / "site")
    for name, now in (("before", "2024-07-01T12:00:00+02:00"), ("after", "2024-12-01T09:00:00+01:00")):
        run = communique("seal", "--root", root, "--now", now, "--out", root / f"{name}.json")
        assert run.returncode == 0, run.stderr
    planned = communique("publish", "www", "--root", root, "--seal", root / "before.json", "--dry-run")
    assert planned.returncode == 0
    assert service.seen() == {}
    run = communique("publish", "www", "--root", root, "--seal", root / "before.json")
    assert run.returncode == 0, run.stderr
    before = service.seen("www/")
    assert len(before) == planned.stdout.count("put  ")
    assert "en/news/later/index.html" not in before
    assert communique("publish", "www", "--root", root, "--seal", root / "after.json").returncode == 0
    assert "en/news/later/index.html" in service.seen("www/")
    assert communique("rollback", "www", "--root", root).returncode == 0
    assert service.seen("www/") == before
    told = communique("history", "www", "--root", root).stdout.splitlines()
    assert [line.split()[1] for line in told] == ["publish", "publish", "rollback"]
    assert len(invalidated(service, distribution)) == 3
    assert SECRET not in run.stdout + run.stderr


CREDENTIALS = {
    "none": ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "has no credentials"),
    "half": ({"AWS_SECRET_ACCESS_KEY": None}, "credentials of this machine, or its settings, cannot be used"),
    "no profile": ({"AWS_PROFILE": "nobody"}, "cannot be used: see aws configure list (ProfileNotFound)"),
    "line end": ({"AWS_SESSION_TOKEN": f"{SECRET}\nx"}, "cannot be used: see aws configure list (ValueError)"),
}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_credentials_that_cannot_be_used(
    service: Service, store: Store, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    given, told = CREDENTIALS[case]
    for name, value in given.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(PublishError) as caught:
        send(seal_of(ONE, store), store, target(service, anew=True))
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)
    assert service.seen() == {}


def documented_policy() -> str:
    """The permissions that docs/publisher.md asks for, with the names of these tests."""
    text = (ROOT / "docs" / "publisher.md").read_text(encoding="utf-8")
    found = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert found
    policy = found.group(1).replace("stat-example-records", RECORDS).replace("stat-example", SITE)
    arn = "arn:aws:cloudfront::111122223333:distribution/E1A2B3C4D5E6F7"
    assert arn in policy
    return policy.replace(arn, "*")  # moto asks for CloudFront as a whole


def test_the_permissions_that_are_documented_are_enough(
    service: Service, store: Store, distribution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service.only_allowing(documented_policy()) as user:
        for name, value in user.items():
            monkeypatch.setenv(name, value)
        www = target(service, "site/", distribution, anew=True)
        for files in (ONE, TWO):
            send(seal_of(files, store), store, www)
        shutil.rmtree(store.folder)
        rolled(www, store)
        assert service.seen("site/") == ONE
        www._records.delete("listing.json")
        with pytest.raises(
            PublishError, match=r"other/assets/.*: this is not allowed: docs/publisher\.md .*AccessDenied"
        ):
            send(seal_of(TWO, store), store, target(service, "other/", anew=True))
    assert len(invalidated(service, distribution)) == 3


@pytest.mark.parametrize("given", ["key", "secret"])
def test_wrong_credentials(service: Service, store: Store, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    with service.only_allowing(documented_policy()) as user:
        right = "AWS_ACCESS_KEY_ID" if given == "secret" else "AWS_SECRET_ACCESS_KEY"
        monkeypatch.setenv(right, user[right])
        with pytest.raises(PublishError, match="the credentials of this machine are not accepted") as caught:
            send(seal_of(ONE, store), store, target(service, anew=True))
    assert not re.search(f"{SECRET}|{re.escape(user[right])}|OFFICE", str(caught.value))
    assert service.seen() == {}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("SignatureDoesNotMatch", "credentials of this machine are not accepted"),
        ("InvalidAccessKeyId", "credentials of this machine are not accepted"),
        ("ExpiredToken", "have expired: log in again"),
        ("RequestTimeTooSkewed", "the clock of this machine is wrong"),
        ("AccessDenied", "docs/publisher.md lists what the credentials must allow"),
        ("NoSuchBucket", "there is no such bucket: create it, or mend site.toml"),
        (f"<b>{SECRET}</b>", "this is not allowed"),
    ],
)
def test_what_services_refuse(service: Service, store: Store, code: str, told: str) -> None:
    """At once, in words, and with nothing of what they say beside: that may hold what nobody must read."""
    status = "404 Not Found" if code == "NoSuchBucket" else "403 Forbidden"
    service.answers(status, code, f"{SECRET} OFFICE StringToSign")
    service.fails, service.lasting, service.how = 1, True, "answer"
    with pytest.raises(PublishError) as caught:
        send(seal_of(ONE, store), store, target(service))
    assert told in str(caught.value)
    assert not re.search(f"{re.escape(SECRET)}|OFFICE|StringToSign", str(caught.value))
    assert len(service.requests) == 1, "such trouble does not pass"


def test_a_service_that_is_not_there(service: Service, store: Store) -> None:
    www = target(Service(port=1))
    with pytest.raises(PublishError, match="the bucket records-bucket: it cannot be reached"):
        send(seal_of(ONE, store), store, www)


def test_what_is_no_service_of_the_kind(service: Service) -> None:
    service.fails, service.lasting, service.how = 1, True, "page"
    with pytest.raises(PublishError, match="the bucket site-bucket: it does not answer as it should"):
        target(service).present()


def test_a_bucket_that_is_not_there(service: Service, store: Store) -> None:
    service.remove(SITE)
    with pytest.raises(PublishError, match="the bucket site-bucket: there is no such bucket"):
        send(seal_of(ONE, store), store, target(service))


def test_without_boto3(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(PublishError, match=r"needs boto3: pip install 'communique\[s3\]'"):
        target(service, anew=True)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('bucket = "b.b"', 'lacks "records"'),
        ('records = "rrr"', 'lacks "bucket"'),
        ('bucket = "S3://x"\nrecords = "rrr"', "write its name alone"),
        ('bucket = "bbb"\nrecords = "bbb"', '"records" are where the site is'),
        ('bucket = "bbb"\nprefix = "a"\nrecords = "bbb/a/r"', '"records" are where the site is'),
        ('bucket = "bbb"\nprefix = "a/b/"\nrecords = "bbb/a"', '"records" are where the site is'),
        ('bucket = "bbb"\nprefix = "../a"\nrecords = "rrr"', '"prefix" has a prefix that cannot be'),
        ('bucket = "bbb"\nrecords = "rrr//a"', '"records" has a prefix that cannot be'),
        ('bucket = "bbb"\nrecords = "rrr"\nendpoint = "s3.example"', "is not the address of a service"),
        ('bucket = "bbb"\nrecords = "rrr"\nendpoint = "https://[s3.example"', "is not the address of a service"),
        ('bucket = "bbb"\nrecords = "rrr"\nendpoint = "https://s3.example:http"', "is not the address of a service"),
        ('bucket = "bbb"\nrecords = "rrr"\nendpoint = "https://s3.example/#key"', "is not the address of a service"),
        ('bucket = "bbb"\nrecords = "rrr"\nregion = "EU West"', "write it as eu-west-1"),
        ('bucket = "bbb"\nrecords = "rrr"\ncloudfront = "d1.cloudfront.net"', "write its ID"),
        ('bucket = "bbb"\nrecords = "rrr"\nsecret_key = "x"', 'unknown key "secret_key"'),
    ],
)
def test_mistakes_in_the_configuration(table: str, told: str) -> None:
    assert any(told in problem for problem in problems_of(table)), problems_of(table)


def problems_of(table: str) -> list[str]:
    from generator.places import read_places
    from generator.spec import read_toml

    spec = read_toml(f'[publish.www]\ntype = "bucket"\n{table}\n'.encode(), "site.toml", "bad-config")
    read_places(spec)
    return [problem.text() for problem in spec.problems]


def test_places_that_can_be(service: Service) -> None:
    for table in ('bucket = "bbb"\nprefix = "a"\nrecords = "bbb/ab"', 'bucket = "bbb"\nrecords = "rrr"'):
        assert problems_of(table) == []


def test_a_password_in_an_address_is_not_shown() -> None:
    told = problems_of(f'bucket = "bbb"\nrecords = "rrr"\nendpoint = "https://ann:{SECRET}@s3.example"')
    assert any("is not the address" in problem for problem in told)
    assert SECRET not in "".join(told)
