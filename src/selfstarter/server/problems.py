"""What goes wrong, as an answer: which error has which status, in RFC 9457's words or another's."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from selfstarter.core.cleaning import clean
from selfstarter.core.errors import (
    BadSetting,
    FilesChanged,
    NoSuchRecord,
    NoSuchRun,
    NoSuchSchedule,
    NothingToDo,
    RunBusy,
    ToolFailed,
    Trouble,
)
from selfstarter.core.said import Said
from selfstarter.server.language import language
from selfstarter.server.shapes import Problem
from selfstarter.words import in_language

STATUS: dict[type[Trouble], tuple[int, str]] = {
    NoSuchRun: (404, "No such run"),
    NoSuchSchedule: (404, "No such schedule"),
    NoSuchRecord: (404, "No such record"),
    ToolFailed: (404, "No such file"),
    NothingToDo: (409, "Nothing to do"),
    FilesChanged: (409, "Somebody has changed the files"),
    RunBusy: (409, "The run is busy"),
    BadSetting: (422, "A setting is wrong"),
}
PROBLEM = "application/problem+json"
Answers = dict[int | str, dict[str, Any]]
"""Status -> what comes with it, for OpenAPI."""


def answering(shape: type[BaseModel], wrong: Mapping[int, str]) -> Answers:
    return {status: {"model": shape, "description": what} for status, what in wrong.items()}


EVERYWHERE = {
    404: "It is not there",
    409: "Not in this state",
    503: "Something it needs is out of reach",
}
PROBLEMS = answering(
    Problem,
    {
        400: "It cannot be read",
        401: "No token",
        403: "Wrong host or origin",
        422: "The request is wrong",
        **EVERYWHERE,
    },
)


def what_is(error: Exception) -> tuple[int, str]:
    """Status and title."""
    found = next((what for kind, what in STATUS.items() if isinstance(error, kind)), None)
    return found or (503, "Out of reach")


def faults(shape: type[BaseModel]) -> Answers:
    """What `failing_as` answers, as `shape`."""
    return answering(shape, {400: "The request is wrong", **EVERYWHERE})


def failing_as(fault: Callable[[int, str, str | None], Response]) -> type[APIRoute]:
    """Routes whose errors are `fault(status, text, where)`, in the shape that the clients of
    another protocol read; what is wrong with a request is 400."""

    class Failing(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    return await handle(request)
                except RequestValidationError as error:
                    wrong = error.errors()[0]
                    where = ".".join(map(str, wrong["loc"][1:]))
                    return fault(400, f"{where}: {wrong['msg']}", where)
                except HTTPException as error:
                    return fault(error.status_code, str(error.detail), None)
                except BadSetting as error:
                    return fault(400, str(error), None)
                except Trouble as error:
                    return fault(what_is(error)[0], str(error), None)

            return handled

    return Failing


def problem(status: int, title: str, detail: str, code: str = "", fix: str = "") -> JSONResponse:
    body = Problem(title=title, status=status, detail=clean(detail), code=code, fix=fix)
    return JSONResponse(body.model_dump(), status, media_type=PROBLEM)


def troubled(request: Request, error: Exception) -> Response:
    assert isinstance(error, Trouble)
    theirs = language(request.headers.get("Accept-Language", ""))
    said, fix = in_language(theirs, error.said), in_language(theirs, Said(error.fix))
    return problem(*what_is(error), said, error.code, fix)


def malformed(_: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found]
    return problem(422, "The request is wrong", "; ".join(lines))
