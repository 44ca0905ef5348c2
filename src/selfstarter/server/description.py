"""What the API says of itself (OpenAPI 3.1): who may call, and what goes wrong in what words."""

from typing import Any

from fastapi import FastAPI

from selfstarter.server.access import COOKIE, OPEN
from selfstarter.server.shapes import Problem

PROBLEM = "application/problem+json"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "It cannot be read",
        401: "No token",
        403: "Wrong host or origin",
        404: "It is not there",
        409: "Not in this state",
        422: "The request is wrong",
        503: "Something it needs is out of reach",
    }.items()
}
SIGNED_IN = {
    "token": {"type": "http", "scheme": "bearer"},
    "page": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


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
                    if status >= "400" and "application/json" in content:
                        answer["content"] = {PROBLEM: content["application/json"]}
        return found
