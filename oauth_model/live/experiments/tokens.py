"""Experiments on tokens: what they are good for, where they are taken, and what becomes of refresh tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oauth_model.live.adapter import CONFIDENTIAL
from oauth_model.live.exchange import HttpResponse
from oauth_model.live.experiments.bench import Bench, Experiment, Unclear
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Back, authenticated

REFUSALS = (400, 401, 403)
"""What a resource server answers to a token that it does not take (RFC 6750 section 3.1)."""


def scope_is_what_was_granted(bench: Bench) -> Iterator[Measurement]:
    """On if a token has what the resource owner granted, and no more of what was asked for (RFC 6749 section 3.3)."""
    slug = "scope-subset"
    scopes = bench.lab.target.scopes
    if len(scopes) < 2:
        raise Unclear("the server has fewer than two scope values here")
    narrow, wide = scopes[:2]
    if wide in _scope(bench, narrow, None):
        yield bench.says(slug, "off", f"a token for which {narrow!r} was asked has {wide!r}, too")
        return
    if bench.lab.target.pages.scope_field is None:
        raise Unclear("the consent page has no choice of scopes, so less than what was asked for cannot be granted")
    both = f"{narrow} {wide}"
    if wide not in _scope(bench, both, both):
        raise Unclear(f"a token does not get {wide!r}, though it was asked for and granted")
    got = _scope(bench, both, narrow)
    if not _was_chosen(bench, narrow, wide):
        raise Unclear("the server showed no page on which less than what was asked for could be granted")
    if wide in got:
        yield bench.says(slug, "off", f"{both!r} was asked for, {narrow!r} granted, and the token has {wide!r}, too")
    else:
        yield bench.says(slug, "on", f"{both!r} was asked for, {narrow!r} granted, and the token has no more")


def _scope(bench: Bench, asked: str, granted: str | None) -> tuple[str, ...]:
    """As the token response says, or introspection, or else what was asked for (RFC 6749 section 5.1)."""
    grant = bench.authorize(scope=asked, granted=granted)
    answer = bench.token(grant)
    said = answer.json.get("scope")
    if not isinstance(said, str):
        said = _introspected(bench, answer.token)
    return tuple((said if said is not None else asked).split())


def _was_chosen(bench: Bench, narrow: str, wide: str) -> bool:
    """Whether a form was sent in which one scope was granted, and not the other."""
    name = bench.lab.target.pages.scope_field or ""
    forms = [exchange.request.form or () for exchange in bench.exchanges()]
    return any((name, narrow) in form and (name, wide) not in form for form in forms)


def _introspected(bench: Bench, token: str) -> str | None:
    client, endpoint = bench.lab.target.clients.get(CONFIDENTIAL), bench.lab.target.endpoints.introspection
    if client is None or endpoint is None:
        return None
    request = authenticated(endpoint, client, {"token": token})
    said = Back(bench.lab.transport.send(request, "client", "introspection")).json.get("scope")
    return said if isinstance(said, str) else None


def audience_is_checked(bench: Bench) -> Iterator[Measurement]:
    """On if a token for one resource server is refused at another that takes its own (RFC 9700 section 2.3)."""
    slug = "audience"
    here, there = bench.lab.target.endpoints.resource, bench.lab.target.endpoints.other_resource
    if here is None or there is None:
        raise Unclear("it takes the endpoints of two resource servers, and they are not known")
    token = _token_for(bench, here)
    if not _works(bench.lab.use(token, url=here)):
        raise Unclear("a token is not taken at the resource server that it is for")
    strayed = bench.lab.use(token, url=there)
    if _works(strayed):
        yield bench.says(slug, "off", "a token for one resource server is taken at another")
        return
    _refused(strayed, "at another resource server")
    if not _works(bench.lab.use(_token_for(bench, there), url=there)):
        raise Unclear("the other resource server does not take tokens of its own either")
    yield bench.says(slug, "on", "a token for one resource server is refused at another, which takes its own")


def resource_is_taken(bench: Bench) -> Iterable[Measurement]:
    """Whether a request may name a resource (RFC 8707 section 2): part of the dialect, no mitigation."""
    resource = bench.lab.target.endpoints.resource
    if resource is None:
        return ()
    bench.token()
    grant = bench.authorize(resource=resource)
    if grant.front.code is None:
        bench.refused(grant.front, ("invalid_target", "invalid_request"), "a request that names a resource")
    bench.note(takes_resource=grant.front.code is not None and bench.redeem(grant, resource=resource).ok)
    return ()


def _token_for(bench: Bench, resource: str) -> str:
    """A token for a resource server, which is named (RFC 8707 sections 2.1 and 2.2)."""
    grant = bench.authorize(resource=resource)
    if grant.front.code is None:
        raise Unclear(f"a request for a token for {resource} is refused: {grant.front.error}")
    answer = bench.redeem(grant, resource=resource)
    if not answer.ok:
        raise Unclear(f"a token for {resource} is refused: {answer.error}")
    return answer.token


def token_in_header_only(bench: Bench) -> Iterator[Measurement]:
    """On if a token in the query of a URI is refused (RFC 6750 section 2.3), and in the header is not."""
    slug = "token-in-header-only"
    if bench.lab.target.endpoints.resource is None:
        raise Unclear("no resource endpoint is known")
    token = bench.token().token
    if not _works(bench.lab.use(token)):
        raise Unclear("a token is not taken in the header either")
    answer = bench.lab.use(token, in_query=True)
    if _works(answer):
        yield bench.says(slug, "off", "a token in the query of a URI is taken")
    else:
        _refused(answer, "in the query of a URI")
        yield bench.says(slug, "on", "a token is taken in the header, not in the query of a URI")


def _works(answer: HttpResponse) -> bool:
    return 200 <= answer.status < 300


def _refused(answer: HttpResponse, where: str) -> None:
    if answer.status not in REFUSALS:
        raise Unclear(f"a token {where} is answered with status {answer.status}, which does not tell what was wrong")


def refresh_tokens(bench: Bench) -> Iterable[Measurement]:
    """What becomes of a refresh token that was used (RFC 9700 section 4.14.2): part of the dialect, no mitigation."""
    first = bench.token().json.get("refresh_token")
    bench.note(refresh_tokens=isinstance(first, str))
    if not isinstance(first, str):
        return ()
    second = _used(bench.refresh(first, bench.client))
    rotated = second not in (None, first)
    bench.note(refresh_rotation=rotated)
    if rotated and second is not None:
        again = bench.refresh(first, bench.client)
        bench.note(refresh_reuse_revokes=not again.ok and not bench.refresh(second, bench.client).ok)
    return ()


def _used(answer: Back) -> str | None:
    if not answer.ok:
        raise Unclear(f"a refresh token is refused: {answer.error}")
    token = answer.json.get("refresh_token")
    return token if isinstance(token, str) else None


def effects(bench: Bench) -> Iterable[Measurement]:
    """What a server does for a client when a resource owner consents is not to be seen in its answers."""
    raise Unclear("what the server does at the consent itself cannot be seen from outside")


TOKENS = (
    Experiment("scope-subset", ("scope-subset",), scope_is_what_was_granted),
    Experiment("audience", ("audience",), audience_is_checked),
    Experiment("resource-indicators", (), resource_is_taken),
    Experiment("token-in-header-only", ("token-in-header-only",), token_in_header_only),
    Experiment("refresh-tokens", (), refresh_tokens),
    Experiment("effects-need-token", ("effects-need-token",), effects),
)
