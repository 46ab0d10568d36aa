"""Real servers: the model's messages on the wire, and running OAuth servers in the place of its parties.

    manners      how much a probe may do, and to whom
    exchange     one HTTP request with its answer, as it was sent
    transport    sends requests within the manners, and keeps the transcript
    browser      a user agent: cookies, forms, redirects that are looked at and not followed
    forms        the forms of a page
    adapter      what has to be known of a server: endpoints, clients, accounts, login page
    wire         messages to HTTP and back (`answers`: reading what came)
    bindings     which value a symbolic term stands for
    party        a running server as a party of the composition
    experiments  one small experiment for each mitigation
    discovery    all of them: the measured policy, how it differs from the metadata, and a deployment file
    policy       the measured policy, as the model's scenarios need it
    attacks      the runs that the model finds, taken on the server
    lockstep     Hypothesis walks the composition, and the server is asked at every step
    tries        what nobody would send, and the server must refuse
    divergence   where model and server part: made minimal and explained (`again`: a saved run once more)
    races        what may be used once, asked for several times at the same time
    volley       requests that reach a server at the same time
    probe        all of it, in order
    findings     what came out, with the run and the transcript
    reports      findings as text, JSON, SARIF and JUnit
    demo         a server of the project's own, each of whose protections is a switch

Nothing here decides what is right: that is the model's, under the policy that was measured.
"""
