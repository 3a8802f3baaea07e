"""Who may ask a preview: nobody under another name, and no page of another site."""

from __future__ import annotations

import pytest

from generator.preview.access import access_for, is_local

OWN = access_for("127.0.0.1", 8000)


def status(headers: list[tuple[str, str]], access=OWN) -> int:
    refusal = access.refusal(headers)
    return refusal.status if refusal else 200


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LocalHost:8000", "[::1]:8000"])
def test_names_of_this_machine(host: str) -> None:
    assert status([("host", host)]) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("", "localhost", "localhost:80", "localhost:8001", "localhost:8000:8000", "localhost:", "localhost:+8000"),
        *("evil.example:8000", "localhost.evil.example:8000", "127.0.0.1.evil.example:8000", "127.0.0.2:8000"),
        *("evil@localhost:8000", "localhost:8000/", "localhost:8000#", "[::2]:8000", "::1:8000", "0.0.0.0:8000"),
        *("localhost.:8000", "127.1:8000", "2130706433:8000", "192.168.1.2:8000", "localhost :8000", "ｌocalhost:8000"),
    ],
)
def test_other_names(host: str) -> None:
    assert status([("host", host)]) == 421


def test_one_host_and_no_more() -> None:
    assert status([]) == 421
    assert status([("host", "localhost:8000"), ("host", "localhost:8000")]) == 421


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:8000", 200),
        ("http://LOCALHOST:8000", 200),
        ("http://127.0.0.1:8000", 403),
        ("http://localhost:3000", 403),
        ("https://localhost:8000", 403),
        ("http://evil.example", 403),
        ("http://localhost:8000.evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_origins(origin: str, expected: int) -> None:
    assert status([("host", "localhost:8000"), ("origin", origin)]) == expected


@pytest.mark.parametrize(
    ("site", "mode", "expected"),
    [
        ("none", "navigate", 200),
        ("same-origin", "cors", 200),
        ("same-origin", "no-cors", 200),
        ("cross-site", "navigate", 200),
        ("same-site", "navigate", 200),
        ("cross-site", "no-cors", 403),
        ("same-site", "no-cors", 403),
        ("cross-site", "cors", 403),
        ("cross-site", "websocket", 403),
        ("strange", "no-cors", 403),
    ],
)
def test_what_browsers_say_of_who_asks(site: str, mode: str, expected: int) -> None:
    assert status([("host", "localhost:8000"), ("sec-fetch-site", site), ("sec-fetch-mode", mode)]) == expected


def test_a_host_of_ones_own_has_its_name_too() -> None:
    access = access_for("Preview.Lan", 8000)
    assert [status([("host", host)], access) for host in ("preview.lan:8000", "localhost:8000", "10.0.0.1:8000")] == [
        200, 200, 421,
    ]  # fmt: skip
    assert status([("host", "[fe80::1]:8000")], access_for("fe80::1", 8000)) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_everywhere_is_at_any_number_but_at_no_name(host: str) -> None:
    access = access_for(host, 8000)
    asked = ("192.168.1.2:8000", "[fe80::1]:8000", "localhost:8000", "evil.example:8000", "192.168.1.2:80")
    assert [status([("host", name)], access) for name in asked] == [200, 200, 200, 421, 421]


def test_a_port_that_browsers_leave_out() -> None:
    assert status([("host", "localhost")], access_for("127.0.0.1", 80)) == 200


def test_what_only_this_machine_reaches() -> None:
    local = ("127.0.0.1", "localhost", "::1", "127.0.0.5", "0.0.0.0", "::", "192.168.1.2", "preview.lan", "")
    assert [is_local(host) for host in local] == [True, True, True, True, False, False, False, False, False]
