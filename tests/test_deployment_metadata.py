"""Deployments that begin with an authorization server's metadata document."""

import json
import tomllib
from typing import Any

import pytest

from oauth_model.deployment import deployment_in, starting_deployment, to_toml
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    ISS,
    MITIGATIONS,
    NO_IMPLICIT,
    PKCE_PLAIN,
    PKCE_S256,
    PLAIN_REFUSED,
    STATE,
)
from oauth_model.names import InputError
from tests.deployment_helpers import METADATA, metadata, only, toml


@pytest.mark.parametrize(
    ("parameters", "on", "off"),
    [
        ({}, {CLIENT_AUTHENTICATION, NO_IMPLICIT}, {PKCE_S256, PKCE_PLAIN, ISS}),
        ({"token_endpoint_auth_methods_supported": ["none"]}, {NO_IMPLICIT}, {CLIENT_AUTHENTICATION}),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, {CLIENT_AUTHENTICATION}, set()),
        ({"code_challenge_methods_supported": ["S256"]}, {PKCE_S256, PLAIN_REFUSED}, {PKCE_PLAIN}),
        ({"code_challenge_methods_supported": ["plain", "S256"]}, {PKCE_S256, PKCE_PLAIN}, {PLAIN_REFUSED}),
        ({"code_challenge_methods_supported": ["plain"]}, {PKCE_PLAIN}, {PKCE_S256, PLAIN_REFUSED}),
        ({"authorization_response_iss_parameter_supported": True}, {ISS}, set()),
        ({"authorization_response_iss_parameter_supported": False}, set(), {ISS}),
        ({"response_types_supported": ["code", "id_token token"]}, set(), {NO_IMPLICIT}),
    ],
)
def test_what_metadata_says_is_taken(parameters: dict[str, Any], on: set[Any], off: set[Any]) -> None:
    deployment = metadata(**parameters)
    policy = only(deployment).policy
    assert on <= policy
    assert not off & policy
    assert not (on | off) & {mitigation for mitigation in MITIGATIONS if mitigation.slug in deployment.assumed}


@pytest.mark.parametrize(
    ("parameters", "flows"),
    [
        ({}, (AUTHORIZATION_CODE,)),
        ({"response_types_supported": ["code", "token"]}, (AUTHORIZATION_CODE, IMPLICIT)),
        ({"response_types_supported": ["token"]}, (IMPLICIT,)),
        ({"response_types_supported": ["code", "token"], "grant_types_supported": ["implicit"]}, (IMPLICIT,)),
    ],
)
def test_flows_follow_from_response_and_grant_types(parameters: dict[str, Any], flows: tuple[Any, ...]) -> None:
    assert only(metadata(**parameters)).flows == flows


def test_what_metadata_cannot_say_is_off_and_named() -> None:
    deployment = metadata(issuer="https://login.example/tenant", jwks_uri="https://login.example/keys")
    scenario = only(deployment)
    assert {mitigation.slug for mitigation in scenario.policy}.isdisjoint(deployment.assumed)
    for slug in ("exact-redirect-uri", "state", "code-single-use", "audience"):
        assert slug in deployment.assumed
    assert scenario.cast.authorization_servers == ("login.example",)
    assert scenario.cast.matching == "unregistered"


def test_what_is_switched_on_is_no_longer_assumed() -> None:
    assert "state" not in metadata().changed(plus=[STATE]).assumed


@pytest.mark.parametrize(
    "parameters",
    [{}, {"code_challenge_methods_supported": ["S256"], "scopes_supported": ["a"], "x": 'quotes " and \\ and ü'}],
)
def test_the_file_that_is_written_is_the_same_deployment(parameters: dict[str, Any]) -> None:
    start = starting_deployment({**METADATA, **parameters}, "metadata.json")
    text = to_toml(start)
    assert tomllib.loads(text) == start.data
    assert only(toml(text)) == only(metadata(**parameters))
    for slug in start.assumed:
        assert slug in text.split("\n\n")[0], "the comment at the top names what is assumed"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"response_types_supported": ["code"]}, "issuer: missing"),
        ({"issuer": 3, "response_types_supported": ["code"]}, "issuer: 3 is not a string"),
        ({"issuer": "as.example", "response_types_supported": ["code"]}, "is not an https URL"),
        ({"issuer": "https://as.example?x=1", "response_types_supported": ["code"]}, "without query and fragment"),
        ({"issuer": "https://[as", "response_types_supported": ["code"]}, "is not a URL"),
        ({"issuer": "https://as.example"}, "response_types_supported: missing"),
        (
            {**METADATA, "response_types_supported": "code"},
            "response_types_supported: 'code' is not an array of strings",
        ),
        ({**METADATA, "response_types_supported": ["id_token"]}, "none of the flows of this model"),
        ({**METADATA, "grant_types_supported": [1]}, "grant_types_supported: [1] is not an array of strings"),
        ({**METADATA, "code_challenge_methods_supported": None}, "None is not an array of strings"),
        ({**METADATA, "authorization_response_iss_parameter_supported": "yes"}, "'yes' is neither true nor false"),
        ({**METADATA, "scopes_supported": {}}, "scopes_supported: {} is not an array of strings"),
    ],
)
def test_bad_metadata(document: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        deployment_in(json.dumps(document), "metadata.json")
    assert str(refused.value).startswith("metadata.json: ")
    assert told in str(refused.value)


def test_json_that_is_not_json_names_the_line() -> None:
    with pytest.raises(InputError, match=r"metadata\.json:2: not JSON"):
        deployment_in('{"issuer":\n}', "metadata.json")
