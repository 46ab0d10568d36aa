"""Whose session at the client a grant or a login goes to."""

from __future__ import annotations

from oauth_model.machine import View


def account_of(me: View) -> str:
    """The browser to whose session it goes: that of the response, or the one that the state stands for."""
    return str(me.memory.account or me.memory.window.party)
