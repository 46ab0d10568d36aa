"""Export: a scenario's guarded assignments as a model for another model checker.

`closing` walks a scenario to its end and keeps what was ever possible (`closed`), `cubes` turns goals into conditions
on its bits, `promela` and `tlaplus` write the model down. Nothing here checks anything: other programs do, and that is
what it is for.
"""
