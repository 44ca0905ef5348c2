"""What the API says of itself (OpenAPI 3.1), and who may call."""

from typing import Any

from fastapi import FastAPI

from selfstarter.server.access import COOKIE, OPEN
from selfstarter.server.problems import PROBLEM

A_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
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
                    if status >= "400" and content.get("application/json") == A_PROBLEM:
                        answer["content"] = {PROBLEM: A_PROBLEM}
        return found
