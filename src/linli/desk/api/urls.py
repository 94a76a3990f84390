"""The API as a whole."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from linli import __version__
from linli.desk.api.problems import problem
from linli.desk.api.views import router

api = NinjaAPI(
    title="Linli 邻里",
    version=__version__,
    description="Walks of a place: from every home to everything daily life needs.",
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404, "There is nothing at this address.")


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]}
        for one in error.errors
    ]
    return problem(422, "Something given is of the wrong form.", errors=wrong)


api.add_router("/c/{slug}", router)
