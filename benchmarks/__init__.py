"""Measurements: how fast the checkers are, beside SPIN and beside targets.

Speed is printed here and never asserted by a test. `run` is the command; each of its parts is a file of its own.
"""
