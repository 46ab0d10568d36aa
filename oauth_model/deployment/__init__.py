"""Deployments: what a user says of a real system, in a file, and the scenarios that follow from it.

`load` takes a TOML file, or the metadata document of an authorization server (RFC 8414).
"""

from oauth_model.deployment.deployment import DEFAULT_BOUNDS, Deployment, Setup, deployment_of
from oauth_model.deployment.metadata import Starting, starting_deployment
from oauth_model.deployment.reading import deployment_in, load, load_metadata
from oauth_model.deployment.writing import to_toml

__all__ = [
    "DEFAULT_BOUNDS",
    "Deployment",
    "Setup",
    "Starting",
    "deployment_in",
    "deployment_of",
    "load",
    "load_metadata",
    "starting_deployment",
    "to_toml",
]
