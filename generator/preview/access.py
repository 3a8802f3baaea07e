"""The head of a request → whether it comes from a page of this preview, or from somebody whom it must not answer.

A preview shows what is not public yet. A page of another site, open in the same browser, can send requests to it: with
a name of its own that leads here (DNS rebinding), which `Host` gives away; or from its own address, which `Origin` and
`Sec-Fetch-Site` give away.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_DEFAULT_PORT = 80


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    message: str


@dataclass(frozen=True)
class Access:
    """Who may ask: under which names, at which port. `anywhere`: at any address of this machine, by its number."""

    names: frozenset[str]
    port: int
    anywhere: bool = False

    def refusal(self, headers: Iterable[tuple[str, str]]) -> Refusal | None:
        """Why a request with these headers (names in lower case) is not answered; None when it is."""
        found: dict[str, list[str]] = {}
        for name, value in headers:
            found.setdefault(name, []).append(value.strip())
        hosts = found.get("host", [])
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return Refusal(421, "This preview answers only at the address that it was started with.")
        own = f"http://{hosts[0].lower()}"
        if any(origin.lower() != own for origin in found.get("origin", [])):
            return Refusal(403, "This preview does not answer pages of other sites.")
        if _is_foreign(found):
            return Refusal(403, "This preview does not answer pages of other sites.")
        return None

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None or int(match[2] or _DEFAULT_PORT) != self.port:
            return False
        name = match[1].lower()
        return name in self.names or (self.anywhere and _is_number(name))


def access_for(host: str, port: int) -> Access:
    """Who may ask a preview that listens at a host and port."""
    name = f"[{host}]" if ":" in host else host.lower()
    return Access(_LOCAL | {name}, port, not host or (_is_number(name) and _number(name).is_unspecified))


def is_local(host: str) -> bool:
    """Whether only this machine can reach a preview that listens at a host."""
    name = f"[{host}]" if ":" in host else host.lower()
    return name == "localhost" or (_is_number(name) and _number(name).is_loopback)


def _is_foreign(headers: Mapping[str, Sequence[str]]) -> bool:
    """Whether a browser says that another site's page loads this; following a link from there is no such thing."""
    sites, modes = headers.get("sec-fetch-site", []), headers.get("sec-fetch-mode", [])
    return any(site not in ("same-origin", "none") for site in sites) and modes != ["navigate"]


def _is_number(name: str) -> bool:
    try:
        _number(name)
    except ValueError:
        return False
    return True


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
