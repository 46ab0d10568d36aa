"""Measurements. Speed is printed here and never asserted by a test."""
