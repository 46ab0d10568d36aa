"""The demo server: an authorization server and two resource servers, each of whose protections is a switch.

It is Authlib's framework on a SQLite file, made as strict as the model with everything on, and as weak as the model
without it wherever a switch is off. It serves on the loopback interface, knows two users and three clients whose
secrets are no secrets, and is there to be attacked: it is no example of how to build a server.

    switches       what can be switched off, and how the token endpoint can be sabotaged
    clients        who is registered, and what each client may do
    redirection    redirection URIs as text, and what is taken for a client's
    records        sessions, codes and tokens
    store          the SQLite file that they are in, and the clock
    requests       parameters as they came, for Authlib
    authorization  what an authorization request has to be, and how it is answered
    grants         codes, tokens of the implicit grant, refresh tokens
    proof_key      PKCE
    endpoints      introspection, revocation, and the metadata
    resources      the resource servers
    sessions       browsers that are signed in
    pages          HTML
    app            all of it as one Flask application
    server         the application on a port
    adapter        for `oauth-model probe demo`
"""
