"""Attacks X05 to X12 on the fetch: no socket is opened that should not be, and no body without end
is taken. The wires of `web_site` write down every socket that was asked for."""

import asyncio
import socket
import time
import tracemalloc
import zlib
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import pytest
from web_site import PUBLIC, Answer, Names, Wires, page, served, to

from selfstarter.core.errors import ToolFailed
from selfstarter.web.addresses import Closed, Refused, closed_in
from selfstarter.web.fetch import Fetched, Fetcher, Sent

T = TypeVar("T")


def now(what: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(what)


def fetcher(wires: Wires, names: Names, **more: Any) -> Fetcher:
    return Fetcher(resolve=names, backend=wires, pause_s=0.0, **more)


async def real_resolve(host: str, port: int) -> Sequence[str]:
    """The C library's own reading of odd numbers."""
    return [host if ":" in host else socket.inet_ntoa(socket.inet_aton(host))]


# ── before any name is resolved ──────────────────────────────────────────────────────────────

TWO_READINGS = [
    "http://localhost:\\@example.org/../",
    "http://example.org\\@127.0.0.1/",
    "http://127.0.0.1\t.example.org/",
    "http://example.org\r\nHost: 127.0.0.1/",
    "http://exa\x00mple.org/",
    "http:// example.org/",
    "http://user@127.0.0.1/",
    "http://example.org:80@127.0.0.1/",
    "http://user:word@example.org/",
    "http://ⓔxample.org/",
    "http://127。0。0。1/",
    "http://1２7.0.0.1/",
    "http://[::1/",
    "http://example.org:99999/",
    "http://example.org:port/",
    "http:///path",
    "http://",
    "",
    "http://example.org/" + "a" * 5_000,
]


@pytest.mark.case("X05")
@pytest.mark.parametrize("url", TWO_READINGS, ids=lambda url: ascii(url)[:40])
def test_what_two_parsers_read_differently_is_refused_unresolved(url: str) -> None:
    wires, names = Wires(), Names()
    with pytest.raises(Refused) as refused:
        now(fetcher(wires, names).page(url))
    assert refused.value.failure == "denied" and refused.value.next_action
    assert (names.asked, wires.opened) == ([], [])


OTHER_SCHEMES = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "view-source:http://example.org/",
    "chrome://version",
    "data:text/html,hello",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://example.org/x",
    "javascript:alert(1)",
    "about:blank",
    "ws://example.org/",
    "//example.org/",
    "example.org",
    "/etc/passwd",
]


@pytest.mark.case("X10")
@pytest.mark.parametrize("url", OTHER_SCHEMES)
def test_only_http_and_https_are_opened(url: str) -> None:
    wires, names = Wires(), Names()
    with pytest.raises(Refused):
        now(fetcher(wires, names).page(url))
    assert (names.asked, wires.opened) == ([], [])


@pytest.mark.case("X10")
@pytest.mark.parametrize("to_url", ["file:///etc/passwd", "ftp://x.example/", "data:text/plain,x"])
def test_a_redirect_does_not_lead_to_another_scheme(to_url: str) -> None:
    with served({"/": to(to_url)}) as site:
        wires = Wires(port=site.server_port)
        with pytest.raises(Refused):
            now(fetcher(wires, Names(a_example=[[PUBLIC]])).page("http://a.example/"))
        assert site.paths == ["/"]


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 9200, 11211])
def test_ports_of_other_services_are_refused(port: int) -> None:
    wires, names = Wires(), Names(example_org=[[PUBLIC]])
    with pytest.raises(Refused, match="no[tp].* port of web pages|is not a port"):
        now(fetcher(wires, names).page(f"http://example.org:{port}/"))
    assert wires.opened == []


# ── the address that the socket would go to ──────────────────────────────────────────────────

NOT_PUBLIC_6 = [
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "100::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b::a83f:8110",
    "2606:2800:220:1:0:5efe:7f00:1",
]


@pytest.mark.case("X06")
@pytest.mark.parametrize("ip", NOT_PUBLIC_6)
def test_no_private_address_hides_in_ipv6(ip: str) -> None:
    for url, names in (
        (f"http://[{ip.partition('%')[0]}]/", Names(**{ip.partition("%")[0]: [[ip]]})),
        ("http://a.example/", Names(a_example=[[ip]])),
    ):
        wires = Wires()
        with pytest.raises(Refused):
            now(fetcher(wires, names).page(url))
        assert wires.opened == []


NOT_PUBLIC_4 = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.0.100",
    "192.88.99.2",
    "168.63.129.16",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]
DISGUISED = ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "0x0", "3232235777"]


@pytest.mark.case("X09")
@pytest.mark.parametrize("ip", NOT_PUBLIC_4)
def test_a_name_that_leads_to_a_private_address_is_refused(ip: str) -> None:
    for url in (f"http://{ip}/", "http://a.example/"):
        wires, names = Wires(), Names(**{ip: [[ip]], "a.example": [[ip]]})
        with pytest.raises(Refused, match="not a public address"):
            now(fetcher(wires, names).page(url))
        assert wires.opened == []


@pytest.mark.case("X09")
@pytest.mark.parametrize("host", DISGUISED)
def test_a_private_address_in_other_figures_is_refused(host: str) -> None:
    wires = Wires()
    fetch = Fetcher(resolve=real_resolve, backend=wires, pause_s=0.0)
    with pytest.raises(Refused, match="not a public address|is no address"):
        now(fetch.page(f"http://{host}/"))
    assert wires.opened == []


@pytest.mark.case("X07")
def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    with served({"/": page("public"), "/robots.txt": Answer(status=404)}) as site:
        wires = Wires(port=site.server_port)
        names = Names(a_example=[[PUBLIC], ["127.0.0.1"]])
        with pytest.raises(Refused):  # robots.txt got the first answer, the page gets the second
            now(fetcher(wires, names).page("http://a.example/"))
        assert wires.opened == [(PUBLIC, 80)] and site.paths == []
        wires, names = Wires(port=site.server_port), Names(a_example=[[PUBLIC], ["127.0.0.1"]])
        got = now(fetcher(wires, names).send(Sent("http://a.example/")))
        assert b"public" in got.body
        assert len(names.asked) == 1 and wires.opened == [(PUBLIC, 80)]


@pytest.mark.case("X07")
@pytest.mark.parametrize("answer", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"]])
def test_one_bad_answer_blocks_them_all(answer: list[str]) -> None:
    wires = Wires()
    with pytest.raises(Refused):
        now(fetcher(wires, Names(a_example=[answer])).page("http://a.example/"))
    assert wires.opened == []


def test_a_host_that_the_settings_name_is_opened_and_no_other_port_of_it() -> None:
    with served({"/": page("mine")}) as site:
        mine = Fetcher(frozenset({site.host}), pause_s=0.0)
        assert b"mine" in now(mine.page(f"{site.url}/")).body
        with pytest.raises(Refused):
            now(mine.page("http://127.0.0.1:80/"))
        with pytest.raises(Refused):
            now(Fetcher(pause_s=0.0).page("http://127.0.0.1:8080/"))


MACHINE, NETWORK = "but one of this machine", "but one of a private network"


@pytest.mark.case("X09")
@pytest.mark.parametrize(
    ("url", "why", "name"),
    [
        ("http://127.0.0.1:9107/index.html", MACHINE, "127.0.0.1:9107"),
        ("http://127.0.0.1/", MACHINE, "127.0.0.1:80"),
        ("http://[::1]:9107/", MACHINE, "[::1]:9107"),
        ("http://localhost:9107/", MACHINE, "localhost:9107"),
        ("https://10.0.0.7/", NETWORK, "10.0.0.7:443"),
        ("http://wiki.lan:8000/", NETWORK, "wiki.lan:8000"),
        ("http://wiki/", NETWORK, "wiki:80"),
        ("http://wiki.example:8000/", "port 8000 is not a port", "wiki.example:8000"),
    ],
)
def test_what_a_person_may_open_is_told_by_its_name_and_opened_once_it_is_named(
    url: str, why: str, name: str
) -> None:
    def opening(*hosts: str, **more: Any) -> ToolFailed:
        host = name.rpartition(":")[0].strip("[]")
        names = Names(**{host: [[host if why == MACHINE != host != "localhost" else "10.0.0.7"]]})
        with pytest.raises(ToolFailed) as failed:
            now(fetcher(Wires(), names, hosts=frozenset(hosts), **more).page(url))
        return failed.value

    for refused in (opening(), opening(proxy="http://proxy.example:3128")):
        assert isinstance(refused, Closed) and why in str(refused) and refused.name == name
    assert [closed.name for closed in closed_in(f"Read {url}.", frozenset())] == [name]
    assert not isinstance(opening(name), Refused)
    assert closed_in(f"Read {url}.", frozenset({name})) == []


@pytest.mark.case("X09")
@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "168.63.129.16", "[fe80::1]"])
def test_nobody_is_told_how_to_open_what_answers_a_cloud(host: str) -> None:
    for port in ("", ":9107"):
        url = f"http://{host}{port}/"
        with pytest.raises(Refused, match="not a public address") as refused:
            now(fetcher(Wires(), Names(**{host.strip("[]"): [[host.strip("[]")]]})).page(url))
        assert not isinstance(refused.value, Closed) and not closed_in(url, frozenset())


@pytest.mark.case("X09")
@pytest.mark.parametrize("host", ["a;reboot", "$(reboot)", "a|sh", "`reboot`", "a&reboot", "{a,b}"])
def test_nobody_is_told_to_type_what_a_shell_would_run(host: str) -> None:
    for url in (f"http://{host}:9107/", f"http://{host}/"):
        names = Names(**{host: [["127.0.0.1"]]})
        with pytest.raises(Refused, match="is not a p|no proper name|is no address") as refused:
            now(fetcher(Wires(), names).page(url))
        assert not isinstance(refused.value, Closed) and not closed_in(url, frozenset())


# ── redirects ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.case("X11")
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://a.example:9107/", "http://b.example/"]
)
def test_nobody_is_told_how_to_open_what_a_page_leads_to(url: str) -> None:
    with served({"/": to(url)}) as site:
        inner = {"b.example": [["10.0.0.7"]], "127.0.0.1": [["127.0.0.1"]]}
        names = Names(a_example=[[PUBLIC]], **inner)
        with pytest.raises(Refused, match="is not a p") as refused:
            now(fetcher(Wires(port=site.server_port), names).page("http://a.example/"))
        assert site.paths == ["/"] and not isinstance(refused.value, Closed)


SECRETS = {
    "Authorization": "Bearer k",
    "Cookie": "s=1",
    "X-Api-Key": "k",
    "X-Subscription-Token": "k",
    "Proxy-Authorization": "k",
    "Accept-Language": "en",
}


@pytest.mark.case("X08")
def test_secrets_stay_with_their_origin_and_cookies_with_nobody() -> None:
    answers = {
        "/": Answer(status=302, headers={"Location": "/same", "Set-Cookie": "planted=1"}),
        "/same": to("http://b.example/other"),
        "/other": page("there"),
    }
    with served(answers) as site:
        wires = Wires(port=site.server_port)
        fetch = fetcher(wires, Names(a_example=[[PUBLIC]], b_example=[[PUBLIC]]))
        now(fetch.send(Sent("http://a.example/", headers=SECRETS)))
        now(fetch.send(Sent("http://a.example/same")))
        first, same, other, *again = site.heard
        for heard in (first, same):
            assert {name.lower() for name in SECRETS} <= heard.headers.keys()
            assert heard.headers["cookie"] == "s=1"
        assert not {"authorization", "cookie", "x-api-key"} & other.headers.keys()
        assert not {"x-subscription-token", "proxy-authorization"} & other.headers.keys()
        assert other.headers["accept-language"] == "en"
        assert all("cookie" not in heard.headers for heard in again)


@pytest.mark.case("X08")
def test_a_body_does_not_follow_a_redirect() -> None:
    with served({"/": to("http://b.example/x", 307), "/x": page("x")}) as site:
        wires = Wires(port=site.server_port)
        fetch = fetcher(wires, Names(a_example=[[PUBLIC]], b_example=[[PUBLIC]]))
        now(fetch.send(Sent("http://a.example/", "POST", SECRETS, b"secret")))
        assert [(h.method, h.body) for h in site.heard] == [("POST", b"secret"), ("GET", b"")]


INWARD = [
    "http://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://inside.example/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "//127.0.0.1/",
    "http://2130706433/",
    "http://user@127.0.0.1/",
    "http://127.0.0.1:22/",
    "\\\\127.0.0.1\\x",
]


@pytest.mark.case("X11")
@pytest.mark.parametrize("inward", INWARD)
def test_a_public_page_does_not_lead_into_the_private_network(inward: str) -> None:
    with served({"/": to(inward)}) as site:
        wires = Wires(port=site.server_port)

        async def resolve(host: str, port: int) -> Sequence[str]:
            names = {"a.example": PUBLIC, "inside.example": "10.0.0.7"}
            return [names[host]] if host in names else await real_resolve(host, port)

        fetch = Fetcher(resolve=resolve, backend=wires, pause_s=0.0)
        with pytest.raises(Refused):
            now(fetch.page("http://a.example/"))
        assert {ip for ip, _ in wires.opened} == {PUBLIC}


@pytest.mark.case("X11")
def test_at_most_five_hops() -> None:
    answers = {f"/{n}": to(f"/{n + 1}") for n in range(8)} | {"/8": page("the end")}
    with served(answers) as site:
        fetch = fetcher(Wires(port=site.server_port), Names(a_example=[[PUBLIC]]))
        assert b"the end" in now(fetch.page("http://a.example/3")).body
        with pytest.raises(Refused, match="more than 5 times"):
            now(fetch.page("http://a.example/2"))
        assert site.paths[-1] == "/7"


@pytest.mark.case("X11")
def test_https_does_not_lead_down_to_http() -> None:
    from selfstarter.web.addresses import address
    from selfstarter.web.fetch import onward

    down = address("http://a.example/")
    with pytest.raises(Refused, match="from https to http"):
        onward(Sent("https://a.example/"), address("https://a.example/"), down)


# ── bodies ───────────────────────────────────────────────────────────────────────────────────

CAP = 2 << 20


def bomb(megabytes: int) -> bytes:
    pack = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    return b"".join(pack.compress(zeros) for _ in range(megabytes)) + pack.flush()


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65_536


def dripping() -> Iterator[bytes]:
    for _ in range(100):
        yield b"x"
        time.sleep(0.3)


def got_and_peak(answer: Answer, **more: Any) -> tuple[Fetched, int]:
    with served({"/": answer, "/small": page("x")}) as site:
        fetch = Fetcher(frozenset({site.host}), most=CAP, pause_s=0.0, **more)
        now(Fetcher(frozenset({site.host}), pause_s=0.0).send(Sent(f"{site.url}/small")))
        tracemalloc.start()  # after that one, all that is imported once is there
        try:
            got = now(fetch.send(Sent(f"{site.url}/")))
            return got, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.case("X54")
@pytest.mark.case("X12")
@pytest.mark.parametrize("kind", ["bomb", "endless"])
def test_a_body_ends_at_the_cap_and_memory_stays_below_twice_of_it(kind: str) -> None:
    packed = Answer(bomb(200), headers={"Content-Encoding": "gzip"})
    answer = packed if kind == "bomb" else Answer(chunks=endless)
    got, peak = got_and_peak(answer)
    assert len(got.body) == CAP and got.cut
    assert peak < 2 * CAP


@pytest.mark.case("X12")
def test_a_drip_ends_at_the_total_time() -> None:
    began = time.monotonic()
    with pytest.raises(ToolFailed, match="no whole answer in 1 s") as failed:
        got_and_peak(Answer(chunks=dripping), total_s=1.0)
    assert failed.value.failure == "transient"
    assert time.monotonic() - began < 4


@pytest.mark.case("X12")
@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_packings_that_were_not_asked_for_are_refused(encoding: str) -> None:
    with pytest.raises(ToolFailed, match="was not asked for"):
        got_and_peak(Answer(b"x", headers={"Content-Encoding": encoding}))


def test_a_body_in_gzip_is_unpacked() -> None:
    body = zlib.compressobj(wbits=31)
    packed = body.compress(b"hello") + body.flush()
    got, _ = got_and_peak(Answer(packed, headers={"Content-Encoding": "gzip"}))
    assert (got.body, got.cut) == (b"hello", False)


# ── manners ──────────────────────────────────────────────────────────────────────────────────

ROBOTS = b"""
User-agent: *
Disallow: /

User-agent: selfstarter
User-agent: other
Disallow: /private
Allow: /private/open*.html$
Disallow: /*?session=
"""


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/private", False),
        ("/private/x", False),
        ("/private/open-1.html", True),
        ("/private/open-1.html?x=1", False),
        ("/a?session=1", False),
        ("/%70rivate/x", False),
    ],
)
def test_robots_txt_is_heeded(path: str, may: bool) -> None:
    with served({"/robots.txt": Answer(ROBOTS, "text/plain"), path: page("x")}) as site:
        fetch = Fetcher(frozenset({site.host}), pause_s=0.0)
        if may:
            now(fetch.page(site.url + path))
        else:
            with pytest.raises(ToolFailed, match=r"robots\.txt") as refused:
                now(fetch.page(site.url + path))
            assert refused.value.failure == "denied"
            assert site.paths == []


def test_robots_txt_is_read_once_and_its_server_at_fault_means_no() -> None:
    with served({"/a": page("a"), "/b": page("b")}) as site:
        fetch = Fetcher(frozenset({site.host}), pause_s=0.0)

        async def both() -> None:
            await fetch.page(f"{site.url}/a")
            await fetch.page(f"{site.url}/b")

        now(both())
        assert [heard.path for heard in site.heard] == ["/robots.txt", "/a", "/b"]
        assert site.heard[0].headers["user-agent"].startswith("selfstarter/")
    with (
        served({"/a": page("a"), "/robots.txt": Answer(status=500)}) as site,
        pytest.raises(ToolFailed, match=r"robots\.txt"),
    ):
        now(Fetcher(frozenset({site.host}), pause_s=0.0).page(f"{site.url}/a"))


def test_one_request_a_pause_per_host() -> None:
    with served({f"/{n}": page("x") for n in range(3)}) as site:
        fetch = Fetcher(frozenset({site.host}), pause_s=0.3)

        async def all_three() -> None:
            await asyncio.gather(*(fetch.send(Sent(f"{site.url}/{n}")) for n in range(3)))

        began = time.monotonic()
        now(all_three())
        assert 0.55 < time.monotonic() - began < 3


def test_a_server_that_is_busy_is_asked_once_more() -> None:
    busy = Answer(status=429, headers={"Retry-After": "0"})
    with served({"/": [busy, page("now")]}) as site:
        fetch = Fetcher(frozenset({site.host}), pause_s=0.0)
        assert b"now" in now(fetch.send(Sent(f"{site.url}/"))).body
    with served({"/": [busy, busy, page("too late")]}) as site:
        fetch = Fetcher(frozenset({site.host}), pause_s=0.0)
        with pytest.raises(ToolFailed, match="status 429") as failed:
            now(fetch.send(Sent(f"{site.url}/")))
        assert failed.value.failure == "transient" and len(site.heard) == 2


@pytest.mark.parametrize(
    ("status", "failure"),
    [(404, "permanent"), (410, "permanent"), (403, "denied"), (500, "transient")],
)
def test_a_status_is_a_failure_of_its_kind(status: int, failure: str) -> None:
    with served({"/": Answer(status=status)}) as site:
        with pytest.raises(ToolFailed, match=f"status {status}") as failed:
            now(Fetcher(frozenset({site.host}), pause_s=0.0).page(f"{site.url}/"))
        assert failed.value.failure == failure and failed.value.next_action


def test_a_name_that_cannot_be_found_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(ToolFailed, match="offline, or the name is wrong") as failed:
        now(fetcher(Wires(), Names()).page("http://nobody.example/"))
    assert failed.value.failure == "transient" and time.monotonic() - began < 1


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with served({"/": page("direct")}) as site:
        fetch = fetcher(Wires(port=site.server_port), Names(a_example=[[PUBLIC]]))
        assert b"direct" in now(fetch.send(Sent("http://a.example/"))).body


def test_a_proxy_that_is_set_is_used_and_local_names_are_refused_before_it() -> None:
    with served({"http://a.example/x": page("by proxy")}) as site:
        fetch = Fetcher(proxy=site.url, pause_s=0.0)
        assert b"by proxy" in now(fetch.send(Sent("http://a.example/x"))).body
        for url in ("http://127.0.0.1/", "http://localhost/", "http://nas.local/", "http://[::1]/"):
            with pytest.raises(Refused):
                now(fetch.send(Sent(url)))
        assert len(site.heard) == 1
