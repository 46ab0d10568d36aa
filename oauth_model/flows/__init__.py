"""Flows: one file for each grant, and one each for the browser and for the use of tokens.

A file opens with its tables of rows, one a role, to be read from top to bottom as in the RFC; the
guards and effects that the rows name follow. Rows of the flows that a scenario has on are put
together into one machine a role.
"""
