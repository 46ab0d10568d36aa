"""A Django site with django-oauth-toolkit's stock views, for a process of its own: `python -m django_site FOLDER`.

It is no part of the test process, since Django's settings are global; the adapter in `targets` starts it and talks to
it by its standard streams.
"""
