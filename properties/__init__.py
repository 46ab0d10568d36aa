"""The property suites: what OAuth promises, stated as properties of the model, one file per family of goals.

Each file says three things of its goals. In a deployment with every defence on, no random interleaving of
honest parties and an attacker breaks them. Each of them can be broken: there is a deployment and an attacker
for which the search finds a run that does, so that none of them is true of everything. And in that
deployment an honest run gets to its end, so that nothing is safe by not working.

`pytest properties` runs them all. Not the suites' business: the attacks and what stops them (`oauth_model.attacks`).
"""
