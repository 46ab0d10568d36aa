"""The demo server's pages, as HTML. Everything that comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from oauth_model.live.exchange import Pairs

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; color: #222; }}
h1 {{ font-size: 1.3rem; }} label {{ display: block; margin: .6rem 0; }} .note {{ color: #a33; }}
input:not([type=checkbox]), button {{ font: inherit; padding: .35rem .7rem; }} table {{ border-spacing: 1rem .2rem; }}
</style></head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(title: str, body: str) -> str:
    """A page; the body is HTML."""
    return _PAGE.format(title=escape(title), body=body)


def _hidden(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in pairs)


def login(csrf: str, handle: str, client: str, problem: str = "") -> str:
    """The login page, on the way to what a client asks for."""
    note = f'<p class="note">{escape(problem)}</p>\n' if problem else ""
    own = _hidden((("csrf_token", csrf), ("request", handle)))
    return page(
        "Sign in",
        f"{note}<p>{escape(client)} would like to have access to something of yours.</p>\n"
        f'<form method="post" action="/login">\n{own}\n'
        '<label>Name <input name="username" autocomplete="username"></label>\n'
        '<label>Password <input name="password" type="password" autocomplete="current-password"></label>\n'
        '<button type="submit">Sign in</button>\n</form>',
    )


def consent(csrf: str, handle: str, client: str, username: str, scope: Iterable[str], carried: Pairs = ()) -> str:
    """The consent page: any part of the scope can be granted. What was `carried` here by a form goes along."""
    boxes = "\n".join(
        f'<label><input type="checkbox" name="scope" value="{escape(value)}" checked> {escape(value)}</label>'
        for value in scope
    )
    return page(
        "Allow access?",
        f"<p>You are signed in as {escape(username)}. {escape(client)} asks for:</p>\n"
        f'<form method="post" action="/decision">\n{_hidden((*carried, ("csrf_token", csrf), ("request", handle)))}\n'
        f"{boxes}\n"
        '<button type="submit" name="decision" value="allow">Allow</button>\n'
        '<button type="submit" name="decision" value="deny">Deny</button>\n</form>',
    )


def error(code: str, description: str) -> str:
    """What is told to the resource owner where nothing can be redirected (RFC 6749 section 4.1.2.1)."""
    return page("This does not work", f"<p>{escape(description)}</p>\n<p><code>{escape(code)}</code></p>")


def form_post(action: str, parameters: Pairs) -> str:
    """A page that posts an authorization response to a redirection URI."""
    return page(
        "One moment",
        f'<form method="post" action="{escape(action)}">\n{_hidden(parameters)}\n'
        '<noscript><button type="submit">Continue</button></noscript>\n</form>\n'
        "<script>document.forms[0].submit()</script>",
    )


def index(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """What the server is, as a table."""
    lines = "\n".join(f"<tr><td>{escape(name)}</td><td><code>{escape(value)}</code></td></tr>" for name, value in rows)
    return page(title, f"<table>\n{lines}\n</table>")
