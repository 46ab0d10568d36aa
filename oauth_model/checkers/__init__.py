"""Checkers: ways to walk a composition and ask its goals. They agree, or one of them is wrong."""
