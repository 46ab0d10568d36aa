"""Goals: one file for each family, each goal a sentence that is true or is not."""

from oauth_model.goals.authentication import nobody_logs_in_as_another, response_is_from_the_issuer_asked
from oauth_model.goals.authorization import (
    code_is_redeemed_by_its_client,
    consent_was_to_the_client_that_gets_it,
    nobody_else_is_served,
    scope_never_grows,
    token_serves_only_its_resource_server,
)
from oauth_model.goals.confidentiality import (
    access_tokens_stay_secret,
    client_secrets_never_enter_the_front_channel,
    client_secrets_stay_secret,
    codes_stay_secret,
    passwords_go_only_to_their_server,
    secrets_cannot_be_guessed,
    state_and_verifier_stay_secret_until_used,
    stolen_code_is_useless,
    tokens_never_leave_the_back_channel,
)
from oauth_model.goals.goal import Evidence, Goal, always, finally_, sometimes
from oauth_model.goals.lifecycle import (
    codes_are_single_use,
    ended_tokens_serve_nothing,
    replay_ends_what_the_code_gave,
)
from oauth_model.goals.liveness import every_run_comes_to_an_end, honest_run_reaches_its_end
from oauth_model.goals.redirection import (
    code_is_tied_to_its_redirect_uri,
    redirect_uri_means_one_thing,
    redirect_uris_match,
    response_arrives_at_the_redirection_endpoint,
    response_mode_is_the_clients,
    verifier_and_challenge_go_together,
)
from oauth_model.goals.session_integrity import (
    grant_belongs_to_the_browser_that_consented,
    grant_was_asked_for_in_this_session,
    login_is_the_users_own,
    response_answers_one_pending_request,
)

GOALS: tuple[Goal, ...] = (
    nobody_else_is_served,
    consent_was_to_the_client_that_gets_it,
    scope_never_grows,
    token_serves_only_its_resource_server,
    code_is_redeemed_by_its_client,
    nobody_logs_in_as_another,
    response_is_from_the_issuer_asked,
    grant_was_asked_for_in_this_session,
    grant_belongs_to_the_browser_that_consented,
    login_is_the_users_own,
    response_answers_one_pending_request,
    codes_stay_secret,
    stolen_code_is_useless,
    access_tokens_stay_secret,
    client_secrets_stay_secret,
    passwords_go_only_to_their_server,
    state_and_verifier_stay_secret_until_used,
    secrets_cannot_be_guessed,
    tokens_never_leave_the_back_channel,
    client_secrets_never_enter_the_front_channel,
    codes_are_single_use,
    replay_ends_what_the_code_gave,
    ended_tokens_serve_nothing,
    redirect_uris_match,
    response_arrives_at_the_redirection_endpoint,
    response_mode_is_the_clients,
    redirect_uri_means_one_thing,
    code_is_tied_to_its_redirect_uri,
    verifier_and_challenge_go_together,
    honest_run_reaches_its_end,
    every_run_comes_to_an_end,
)
"""All built-in goals, by family."""

SAFETY: tuple[Goal, ...] = tuple(goal for goal in GOALS if goal.kind == "always")
LIVENESS: tuple[Goal, ...] = tuple(goal for goal in GOALS if goal.kind != "always")

__all__ = [
    "GOALS",
    "LIVENESS",
    "SAFETY",
    "Evidence",
    "Goal",
    "always",
    "access_tokens_stay_secret",
    "client_secrets_never_enter_the_front_channel",
    "client_secrets_stay_secret",
    "code_is_redeemed_by_its_client",
    "code_is_tied_to_its_redirect_uri",
    "codes_are_single_use",
    "codes_stay_secret",
    "consent_was_to_the_client_that_gets_it",
    "ended_tokens_serve_nothing",
    "every_run_comes_to_an_end",
    "grant_belongs_to_the_browser_that_consented",
    "grant_was_asked_for_in_this_session",
    "honest_run_reaches_its_end",
    "login_is_the_users_own",
    "nobody_else_is_served",
    "nobody_logs_in_as_another",
    "passwords_go_only_to_their_server",
    "redirect_uri_means_one_thing",
    "redirect_uris_match",
    "replay_ends_what_the_code_gave",
    "response_arrives_at_the_redirection_endpoint",
    "response_mode_is_the_clients",
    "response_answers_one_pending_request",
    "response_is_from_the_issuer_asked",
    "scope_never_grows",
    "secrets_cannot_be_guessed",
    "state_and_verifier_stay_secret_until_used",
    "stolen_code_is_useless",
    "token_serves_only_its_resource_server",
    "tokens_never_leave_the_back_channel",
    "verifier_and_challenge_go_together",
    "finally_",
    "sometimes",
]
