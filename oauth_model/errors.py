"""The one exception for a model that is put together wrongly.

A message that a party refuses is never an exception: refusal is an outcome with a name.
"""

from __future__ import annotations


class ModelError(Exception):
    """The model, or something a user added to it, is put together wrongly. Its text says where and why."""


class Question(BaseException):
    """Something was looked at that is not decided yet. Control flow in computing a step, as GeneratorExit is."""
