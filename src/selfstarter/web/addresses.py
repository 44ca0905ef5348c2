"""Which addresses may be opened. Pure: nothing here asks the network."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from selfstarter.core.errors import ToolFailed
from selfstarter.core.provenance import addresses_in

IP = IPv4Address | IPv6Address

PORTS = {80, 443, 8080, 8443}
LONGEST = 4_096
UNSPEAKABLE = re.compile(r"[\x00-\x20\x7f\\]")
"""Parsers disagree about these: `http://localhost:\\@example.org/` (CVE-2025-0454)."""
UNSPOKEN = "a blank, a control character or a backslash is in it, or it is too long"
DOTLIKE = re.compile("[\u3002\uff0e\uff61]")
"""IDNA takes these for dots."""
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
CLOSED = (
    *(ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24")),
    *(ip_network("3fff::/20"), ip_network("5f00::/16")),
    ip_network("168.63.129.16"),
)
"""Not of the open internet, whatever the table of this Python says: older ones do not have all of
IANA's special-purpose registries. The last is a host of Azure that answers each of its machines."""
ISATAP = (0x00005EFE, 0x02005EFE)
INNER = tuple(
    ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""Of private networks. A person may well have a page there; not so where a cloud keeps its keys."""
INNER_NAMES = (".local", ".internal", ".lan")
WITHOUT = (
    "Go on without this page, invent nothing of it, and say in `missing` of `finish` that it could"
    " not be read and how it can be allowed."
)
PLAIN_HOST = re.compile(r"[\w.:-]+")
"""One that a person can be told to put into a command: a shell makes nothing of it."""
NOT_PUBLIC = "it is not a public address"
THIS_MACHINE = f"{NOT_PUBLIC} but one of this machine"
INNER_NETWORK = f"{NOT_PUBLIC} but one of a private network"


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) URL that every parser reads in the same way."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    def named_in(self, hosts: frozenset[str]) -> bool:
        return named(self.host, self.port, hosts)


class Refused(ToolFailed):
    """The guard: nothing was sent."""

    def __init__(self, url: str, rule: str) -> None:
        super().__init__(
            f"Refused {url[:200]!r}: {rule}.",
            "denied",
            "Only pages of public http and https addresses can be read; try another source.",
        )
        self.url = url
        self.rule = rule


class Closed(Refused):
    """What a person may well want to open: they alone can, by the setting `hosts`."""

    def __init__(self, url: str, rule: str, host: str, port: int) -> None:
        super().__init__(url, rule)
        self.name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        """As `hosts` names it."""

    def with_a_way(self) -> ToolFailed:
        """For whoever asked for this address itself; where a page led to it, nobody did."""
        return ToolFailed(
            f"{self} The person can allow it: `selfstarter resume … --host {self.name}`, or for"
            f" every run `selfstarter config set hosts {self.name}`.",
            "denied",
            WITHOUT,
        )


def address(url: str, hosts: frozenset[str] = frozenset()) -> Address:
    """Raises Refused before any name is resolved. `hosts`: those that may have any port."""
    if not 0 < len(url) <= LONGEST or UNSPEAKABLE.search(url):
        raise Refused(url, UNSPOKEN)
    try:
        parts = urlsplit(url)
        given = parts.port
    except ValueError as error:
        raise Refused(url, f"it is no address ({error})") from error
    if parts.scheme not in ("http", "https"):
        raise Refused(url, f"{parts.scheme or 'no scheme'}: is neither http nor https")
    if parts.username is not None or parts.password is not None:
        raise Refused(url, "a user name is in it")
    host = (parts.hostname or "").rstrip(".")
    if not host or DOTLIKE.search(host) or not encodable(host):
        raise Refused(url, "its host is no proper name")
    port = given if given is not None else 443 if parts.scheme == "https" else 80
    found = Address(parts._replace(fragment="").geturl(), parts.scheme, host, port)
    if port not in PORTS and not found.named_in(hosts):
        also = f"port {port} is not a port of web pages"
        raise refusal(url, host, port, not_public(host), also)
    return found


def named(host: str, port: int, hosts: frozenset[str]) -> bool:
    """Do the settings name this host, alone or with its port?"""
    plain = host.strip("[]")
    return not hosts.isdisjoint((plain, f"{plain}:{port}", f"[{plain}]", f"[{plain}]:{port}"))


def refusal(url: str, host: str, port: int, *why: str) -> Refused:
    """`why`: the clauses of the rule, the empty ones left out."""
    rule = ", and ".join(filter(None, why))
    may_be_named = NOT_PUBLIC not in why and PLAIN_HOST.fullmatch(host)
    return Closed(url, rule, host, port) if may_be_named else Refused(url, rule)


def look_at(at: Address, hosts: frozenset[str]) -> None:
    """Raises Refused: its name alone says that it is not public, and nobody has named it."""
    if (why := not_public(at.host)) and not at.named_in(hosts):
        raise refusal(at.url, at.host, at.port, why)


def closed_in(text: str, hosts: frozenset[str]) -> list[Closed]:
    """The refusals that await addresses in a text, by their looks: no name is resolved."""
    found: dict[str, Closed] = {}
    for url in addresses_in(text):
        try:
            look_at(address(url, hosts), hosts)
        except Closed as closed:
            found.setdefault(closed.name, closed)
        except Refused:
            continue
    return list(found.values())


def not_public(host: str) -> str:
    """Why it is not, as far as its name or number tells; empty: it may be public."""
    host = host.strip("[]")
    if ip := parsed_ip(host):
        return why_not(ip)
    if host == "localhost" or host.endswith(".localhost"):
        return THIS_MACHINE
    return INNER_NETWORK if "." not in host or host.endswith(INNER_NAMES) else ""


def why_not(ip: IP) -> str:
    """Empty: it is public."""
    if public(ip):
        return ""
    if ip.is_loopback:
        return THIS_MACHINE
    return INNER_NETWORK if any(ip in net for net in INNER) else NOT_PUBLIC


def encodable(host: str) -> bool:
    """Does every parser make the same name of it?"""
    try:
        return unicodedata.normalize("NFKC", host) == host and bool(host.encode("idna"))
    except UnicodeError:
        return False


def absolute(base: str, link: str) -> str:
    """`link` of the page `base`, without its fragment; empty: it leads to no other page."""
    try:
        found = urlsplit(urljoin(base, link.strip()))
    except ValueError:
        return ""
    if found.scheme not in ("http", "https") or not found.netloc:
        return ""
    return found._replace(fragment="").geturl()


def public(ip: IP) -> bool:
    """Is it an address of the open internet, and every address that is hidden in it?"""
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if any(ip in net for net in CLOSED):
        return False
    if isinstance(ip, IPv6Address) and (ip.is_site_local or ip.scope_id):
        return False
    return all(public(inner) for inner in embedded(ip))


def embedded(ip: IP) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, IPv4Address):
        return
    if ip.ipv4_mapped:
        yield ip.ipv4_mapped
    if ip.sixtofour:
        yield ip.sixtofour
    if ip.teredo:
        yield from ip.teredo
    number, middle = int(ip), int(ip) >> 32 & 0xFFFFFFFF
    if any(ip in net for net in NAT64) or number >> 32 == 0 or middle in ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)


def parsed_ip(text: str) -> IP | None:
    """None: not an address in its plain form; one with a scope is none either."""
    try:
        return ip_address(text)
    except ValueError:
        return None
