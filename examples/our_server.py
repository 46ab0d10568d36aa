"""Our server in its test configuration: started for a probe, and stopped after it."""

import subprocess
import sys

from oauth_model.live.adapter import Account, Adapter, Endpoints, Pages, Registration, Target
from oauth_model.live.manners import LiveError

COMMAND = [sys.executable, "-m", "oauth_model.cli", "demo", "--off=pkce-s256", "--off=pkce-required"]  # yours here
CALLBACK = ("https://www.client.example/cb",)


class OurServer(Adapter):
    slug, title = "our-server", "Our server in its test configuration"
    process = None

    def start(self) -> Target:
        self.process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True)
        base = self.process.stdout.readline().removeprefix("issuer: ").strip()  # it is ready, and says where
        if not base:
            raise LiveError("our server did not start; what it said is above")
        return Target(
            Endpoints(f"{base}/authorize", f"{base}/token", issuer=base, resource=f"{base}/resource"),
            clients={"confidential": Registration("client.example", CALLBACK, "demo-secret-of-client.example")},
            accounts={
                "alice": Account("alice", "alice-through-the-looking-glass"),
                "mallory": Account("mallory", "mallory-in-the-middle"),
            },
            pages=Pages(scope_field="scope"),
        )

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate()
            self.process = None
