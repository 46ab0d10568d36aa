"""Burning codes: a client redeems every code that it gets, also one that it does not want, so that nobody else can.

It does so for a response that it refuses in a run of that browser's, or in the run that `state` names, and shows the
error only when it has the answer. With that the run is over. The code goes to the server that the response names; where
it has a challenge, the verifier of the run is of use only if the challenge is the run's. The rows are in a scenario where
the mitigation of that name is on, and come before those that leave the code alone.
"""

from __future__ import annotations

from oauth_model.facts import RunFailed
from oauth_model.flows.client_assertions import note_assertion
from oauth_model.flows.client_runs import (
    answer_is_from_my_issuer,
    browser_session_is_mine,
    callback_is_asked,
    response_is_where_i_look,
)
from oauth_model.flows.flow import Flow
from oauth_model.machine import Guard, Row, View
from oauth_model.messages import (
    CLIENT,
    AuthorizationResponse,
    Page,
    TokenErrorResponse,
    TokenRequest,
    TokenResponse,
)
from oauth_model.terms import ClientId, Issuer, State


def client_rows() -> list[Row]:
    waiting, burning, answered = "response_awaited", "code_being_burnt", [answer_is_from_my_issuer]
    named: list[Guard] = [callback_is_asked, response_is_where_i_look, state_names_this_run]
    unnamed: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_session_is_mine, state_names_no_run]
    return [
        #   on                     source   dest      guards    effect
        Row(AuthorizationResponse, waiting, burning,  named,    burn_the_code, otherwise=True),
        Row(AuthorizationResponse, waiting, burning,  unnamed,  burn_the_code, otherwise=True),
        Row(TokenResponse,         burning, "failed", answered, show_error,    otherwise=True),
        Row(TokenErrorResponse,    burning, "failed", answered, show_error,    otherwise=True),
    ]


def state_names_this_run(me: View, message: AuthorizationResponse) -> bool:
    """The response has the state of this run, and so perhaps its challenge."""
    return message.state == State(me.party, me.index)


def state_names_no_run(me: View, message: AuthorizationResponse) -> bool:
    """The response has no state: there is no run that is more likely to have asked for it."""
    return message.state is None


def burn_the_code(me: View, message: AuthorizationResponse) -> None:
    """Redeem the code where the response says that it is from, and let what comes of it go."""
    if message.iss is not None and message.iss.name in me.cast.authorization_servers:
        me.remember(issuer=Issuer(message.iss.name))
    server = me.cast.token_endpoint(me.memory.issuer.name)
    me.remember(window=me.sender, server_asked=server)
    request = me.make(TokenRequest, grant_type="authorization_code", code=message.code, client_id=ClientId(me.party))
    note_assertion(me, request, server)
    me.send(server, request)


def show_error(me: View, message: TokenResponse | TokenErrorResponse) -> None:
    """Forget the answer, end the run and tell the user."""
    me.happened(RunFailed(me.party, me.index))
    me.send(me.memory.window, Page(error="sign-in failed"))
    me.forget(*me.memory)


BURNED_CODES = Flow(
    "burned-codes", "Codes that are redeemed so that nobody else can", "RFC 9700 section 4.2.4", {CLIENT: client_rows()}
)
