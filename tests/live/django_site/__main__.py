"""Serve the site: the first line of standard input is the cast as JSON, the first of standard output the port.

After that each line is a command, which is answered by a line: `reset`, or `advance SECONDS`. When standard input
ends, as it does when the process that started this one is gone, this one deletes the folder of its database and ends.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from django_site.settings import settings as site


def populate(cast: dict[str, Any]) -> None:
    """Make the tables, the users and the clients."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0, interactive=False)
    users, clients = get_user_model().objects, get_application_model()
    for account in cast["accounts"]:
        users.create_user(account["username"], password=account["password"])
    for client in cast["clients"]:
        clients.objects.create(
            name=client["client_id"],
            client_id=client["client_id"],
            client_secret=client["secret"] or "",
            client_type=clients.CLIENT_PUBLIC if client["secret"] is None else clients.CLIENT_CONFIDENTIAL,
            authorization_grant_type=clients.GRANT_AUTHORIZATION_CODE,
            redirect_uris=" ".join(client["redirect_uris"]),
        )


def obey(command: str) -> None:
    """Carry out a line of standard input."""
    from django.db.models import F
    from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model

    word, _, rest = command.partition(" ")
    grants, tokens, refresh = get_grant_model(), get_access_token_model(), get_refresh_token_model()
    if word == "reset":
        for model in (refresh, tokens, grants):
            model.objects.all().delete()
    elif word == "advance":
        for model in (tokens, grants):
            model.objects.update(expires=F("expires") - timedelta(seconds=float(rest)))
    else:
        raise SystemExit(f"unknown command: {word!r}")


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    cast = json.loads(sys.stdin.readline())
    settings.configure(**site(str(folder / "site.db")))
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from werkzeug.serving import WSGIRequestHandler, make_server

    populate(cast)

    class Quiet(WSGIRequestHandler):
        def log(self, *args: Any, **kwargs: Any) -> None:
            """Requests are in the probe's transcript."""

    server = make_server("127.0.0.1", 0, get_wsgi_application(), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    for line in sys.stdin:
        obey(line.strip())
        connection.close()
        print("done", flush=True)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    try:
        main(where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
