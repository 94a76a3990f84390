"""The API as a whole."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, ValidationError

from linli import __version__
from linli.desk.api import matter_views, views
from linli.desk.api.document import Api
from linli.desk.api.doors import ReadOnlyKeyError
from linli.desk.api.problems import WrongFieldError, problem
from linli.desk.common.limits import LimitedError
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.people.errors import AbsentError, RefusedError

api = Api(
    title="Linli 邻里",
    version=__version__,
    description="Walks of a place, from every home to everything daily life needs; and the matters that residents bring.",
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(Http404)
@api.exception_handler(AbsentError)
def _not_found(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(404, "There is nothing at this address.")


@api.exception_handler(AuthenticationError)
def _unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    told = problem(401, "Show a key of this community that is in force: Authorization: Bearer linli_…")
    told["WWW-Authenticate"] = 'Bearer realm="Linli"'
    return told


@api.exception_handler(ReadOnlyKeyError)
def _read_only(_request: HttpRequest, _error: ReadOnlyKeyError) -> HttpResponse:
    return problem(403, "This key may read only; ask the committee for one that may report.")


@api.exception_handler(LimitedError)
def _limited(_request: HttpRequest, error: LimitedError) -> HttpResponse:
    told = problem(429, f"Too many requests; try again in {error.retry_after_s} s.")
    told["Retry-After"] = str(error.retry_after_s)
    return told


@api.exception_handler(RefusedError)
def _refused(_request: HttpRequest, error: RefusedError) -> HttpResponse:
    return problem(422, str(error))


@api.exception_handler(ReusedKeyError)
def _reused(_request: HttpRequest, _error: ReusedKeyError) -> HttpResponse:
    return problem(422, "This Idempotency-Key came before with another report; make a new one for each.")


@api.exception_handler(WrongFieldError)
def _wrong(_request: HttpRequest, error: WrongFieldError) -> HttpResponse:
    wrong = [{"field": error.field, "message": error.message}]
    return problem(422, "Something given is of the wrong form.", errors=wrong)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]}
        for one in error.errors
    ]
    return problem(422, "Something given is of the wrong form.", errors=wrong)


api.add_router("/c/{slug}", views.router)
api.add_router("/c/{slug}", matter_views.router)
