"""What the tests of deployments share: a file's text, or a metadata document, as a deployment."""

import json
from typing import Any

from oauth_model.deployment import Deployment, deployment_in
from oauth_model.scenario import Scenario

METADATA = {"issuer": "https://as.example", "response_types_supported": ["code"]}


def only(deployment: Deployment) -> Scenario:
    (setup,) = deployment.setups
    return setup.scenario


def toml(text: str) -> Deployment:
    return deployment_in(text, "file.toml")


def metadata(**parameters: Any) -> Deployment:
    return deployment_in(json.dumps({**METADATA, **parameters}), "metadata.json")
