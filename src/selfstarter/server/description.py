"""What the API says of itself (OpenAPI 3.1): who may call, and what goes wrong in what words."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from selfstarter.core.errors import (
    BadSetting,
    FilesChanged,
    NoSuchRun,
    NothingToDo,
    RunBusy,
    ToolFailed,
    Trouble,
)
from selfstarter.server.access import COOKIE, OPEN
from selfstarter.server.shapes import Problem

STATUS: dict[type[Trouble], tuple[int, str]] = {
    NoSuchRun: (404, "No such run"),
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
A_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
SIGNED_IN = {
    "token": {"type": "http", "scheme": "bearer"},
    "page": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


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


class Described(FastAPI):
    def openapi(self) -> dict[str, Any]:
        found = super().openapi()
        found["components"]["securitySchemes"] = SIGNED_IN
        found["security"] = [{name: []} for name in SIGNED_IN]
        for path, operations in found["paths"].items():
            for operation in operations.values():
                if path in OPEN:
                    operation["security"] = []
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if status >= "400" and content.get("application/json") == A_PROBLEM:
                        answer["content"] = {PROBLEM: A_PROBLEM}
        return found
