"""The workers of a split search as actors of Ray, on the machines of a cluster or on this one.

Ray must have been set up (`checkers.ray_executor`); this neither starts it nor ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oauth_model.checkers.parcel import Places, opened
from oauth_model.checkers.ray_executor import _first_line
from oauth_model.engines.split_team import Died, Host, Team
from oauth_model.names import InputError


class Actors(Team):
    """Workers as actors, each with a processor of its own. Raises InputError if there are not as many."""

    def __init__(self, parcel: bytes, places: Places, size: int) -> None:
        import ray

        self._ray = ray
        self.size = size
        there = int(ray.cluster_resources().get("CPU", 0))
        if size > there:
            raise InputError(
                f"Ray: it has {there} processors, too few to split a search over {size} workers; lower --jobs"
            )
        # A worker that died is the search's to know of: Ray itself does not try again.
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD")(Host)
        self._actors = [actor.remote(parcel, places, me, size) for me in range(size)]

    def call(self, method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
        """Ask all, and wait for all."""
        errors = self._ray.exceptions
        try:
            asked = zip(self._actors[first:], each, strict=False)
            answers = self._ray.get([actor.call.remote(method, arguments) for actor, arguments in asked])
        except errors.RayTaskError as failure:
            cause = getattr(failure, "cause", failure)
            if isinstance(cause, ImportError):
                raise InputError(
                    f"Ray: a worker cannot import what it needs: {cause}; install it on every machine"
                ) from None
            raise cause from None
        except errors.RayError as failure:
            raise Died(_first_line(failure)) from None
        return [opened(answer) for answer in answers]

    def stop(self) -> None:
        """Kill the actors."""
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = []
