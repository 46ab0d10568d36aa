"""The site's views: Django's login, the toolkit's own under /o/ as its documentation mounts them, and one resource."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from oauth2_provider.views.generic import ScopedProtectedResourceView


class Resource(ScopedProtectedResourceView):
    """Who an access token is of; it needs the scope `read`."""

    required_scopes: ClassVar = ["read"]

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"user": request.resource_owner.get_username()})


urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("resource", Resource.as_view()),
]
