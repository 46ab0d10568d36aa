"""How URIs are read: by the user agent, by the server that has them, and by whoever compares them.

The three need not agree, and attacks live where they do not. The user agent goes by RFC 3986 section 3: to
the host, whatever stands before an `@`. A web server decodes a path and takes dot segments out before
it looks for a page. An authorization server that does not compare redirection URIs as strings has a
rule (`MATCHINGS`), and each rule here is one that has been seen. `tricks` is the small set of URIs from which
an attacker chooses: one for each way to be read wrongly.

A term `Uri` has host and path as they are written, since that is what some rules look at. Whoever asks for their parts
does so here: `labels` of the host, `segments` of the path.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from urllib.parse import unquote

from oauth_model.terms import Uri

SITE = "attacker.example"
LANDING = Uri(SITE, "/cb")
"""A page of the attacker's."""

CALLBACK, REDIRECTOR, USER_CONTENT = "/cb", "/out", "/pages/by-anyone"
"""Paths at a client's site: where its redirection endpoints are, its redirector, and pages that its users write."""

LOOPBACK, FIRST_PORT, OTHER_PORT = "127.0.0.1", 51004, 61023
"""The loopback interface, the ports at which native clients listen, from the first, and one at which none does."""

TARGET = "to"
"""The parameter that says where a redirector redirects to."""

LOOPBACK_HOSTS = (LOOPBACK, "[::1]", "localhost")
"""Hosts that no network leads to (RFC 8252 section 7.3 has the addresses)."""


def labels(host: str) -> tuple[str, ...]:
    """The labels of a host name, from the first (RFC 3986 section 3.2.2)."""
    return tuple(host.split("."))


def segments(path: str) -> tuple[str, ...]:
    """The segments of a path, as it is written (RFC 3986 section 3.3)."""
    return tuple(path.split("/")[1:])


def site_of(host: str) -> str:
    """The domain whose host this is, if it is the one at which a client has its pages."""
    return host.removeprefix("www.") if labels(host)[0] == "www" else host


def is_under(host: str, domain: str) -> bool:
    """Whether a host name is a longer one that ends in all the labels of a domain."""
    own, above = labels(host), labels(domain)
    return len(own) > len(above) and own[-len(above) :] == above


def origin_of(client: str) -> str:
    """The host at which a client has its pages."""
    return f"www.{client}"


def private_use_uri(client: str, path: str) -> Uri:
    """A URI of the scheme that a native client has made of its domain name, in reverse (RFC 8252 section 7.1)."""
    return Uri("", path, scheme=".".join(reversed(labels(client))))


def loopback_uri(position: int, path: str) -> Uri:
    """A URI on the loopback interface, at the port of the native client of this position (RFC 8252 section 7.3)."""
    return Uri(LOOPBACK, path, scheme="http", port=FIRST_PORT + position)


def differ_in_port_only(uri: Uri, registered: Uri) -> bool:
    """Whether two loopback URIs differ in nothing but the port: any is allowed (RFC 8252 section 8.4)."""
    return LOOPBACK == uri.host == registered.host and replace(uri, port=registered.port) == registered


def travels_in_cleartext(uri: Uri) -> bool:
    """Whether a request for it can be read on its way: on the loopback interface it leaves nobody's device."""
    return uri.scheme == "http" and uri.host not in LOOPBACK_HOSTS


# ------------------------------------------------------------------ three readers


def host_for_browser(uri: Uri) -> str:
    """The host that a user agent connects to (RFC 3986 section 3.2): userinfo and port do not change it."""
    return uri.host


def page_for_server(uri: Uri) -> str:
    """The path of the page that a web server serves: decoded until nothing is left to decode, without dot segments."""
    path, decoded = uri.path, unquote(uri.path)
    while decoded != path:
        path, decoded = decoded, unquote(decoded)
    return posixpath.normpath(path)


def is_canonical(uri: Uri) -> bool:
    """Whether every reader reads it alike: no userinfo, nothing encoded in the path, no dot segments."""
    return uri.userinfo is None and page_for_server(uri) == uri.path


# ------------------------------------------------------------------ comparing redirection URIs


@dataclass(frozen=True)
class Matching:
    """How an authorization server compares redirection URIs where it does not compare them exactly.

    `matches` is asked about a URI that is not the one registered, and about the client's registered one.
    """

    slug: str
    reference: str
    matches: Callable[[Uri, Uri], bool]


def _any_uri(uri: Uri, registered: Uri) -> bool:
    return True


def _glob(uri: Uri, registered: Uri) -> bool:
    return fnmatchcase(str(uri), f"https://*.{site_of(registered.host)}/*")


def _sub_domain(uri: Uri, registered: Uri) -> bool:
    return uri.scheme == "https" and is_under(uri.host, site_of(registered.host))


def _prefix(uri: Uri, registered: Uri) -> bool:
    return str(uri).startswith(f"https://{registered.host}")


def _same_host(uri: Uri, registered: Uri) -> bool:
    return (uri.scheme, uri.userinfo, uri.host, uri.port) == ("https", None, registered.host, None)


def _path_prefix(uri: Uri, registered: Uri) -> bool:
    return _same_host(uri, registered) and uri.path.startswith(registered.path)


def _text_up_to_colon(uri: Uri, registered: Uri) -> bool:
    """Takes what stands between the slashes and the next colon or slash for the host."""
    authority = str(uri).partition("://")[2]
    return uri.scheme == "https" and authority.partition("/")[0].partition(":")[0] == registered.host


def _any_query(uri: Uri, registered: Uri) -> bool:
    return _same_host(uri, registered) and uri.path == registered.path


MATCHINGS = (
    Matching("unregistered", "RFC 6749 section 3.1.2.2", _any_uri),
    Matching("glob", "RFC 9700 section 4.1.1", _glob),
    Matching("prefix", "RFC 9700 section 4.1.3", _prefix),
    Matching("sub-domain", "RFC 9700 section 4.1.1", _sub_domain),
    Matching("same-host", "RFC 9700 section 4.1.3", _same_host),
    Matching("path-prefix", "RFC 9700 section 4.1.3", _path_prefix),
    Matching("any-query", "RFC 9700 section 4.1.2", _any_query),
    Matching("up-to-colon", "RFC 9700 section 4.1.3", _text_up_to_colon),
)


# ------------------------------------------------------------------ what an attacker writes


def redirecting(uri: Uri) -> Uri:
    """A URI of a redirector, made to redirect to the attacker's page."""
    return Uri(uri.host, uri.path, query=((TARGET, str(LANDING)),))


def redirect_target(uri: Uri) -> Uri | None:
    """Where a redirector redirects to when it is asked for at this URI; None if that is not said."""
    return LANDING if (TARGET, str(LANDING)) in uri.query else None


def taken_over(client: str) -> Uri:
    """A page at a host under the client's domain that is the attacker's now, if it took over one."""
    return Uri(f"old.{client}", CALLBACK)


def tricks(client: str, registered: Uri) -> tuple[Uri, ...]:
    """URIs that may be taken for the registered one and lead to the attacker: one for each way to be read wrongly."""
    origin, upwards = registered.host, "/%2e%2e" * len(segments(registered.path))
    return (
        Uri(SITE, f"/.{client}/cb"),
        Uri(f"{origin}.{SITE}", "/cb"),
        Uri(SITE, "/cb", userinfo=f"{origin}:443"),
        taken_over(client),
        redirecting(Uri(origin, REDIRECTOR)),
        redirecting(registered),
        Uri(origin, USER_CONTENT),
        Uri(origin, f"{registered.path}{upwards}{USER_CONTENT}"),
    )
