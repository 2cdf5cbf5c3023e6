"""The page of calls tells parameters and bodies of an OpenAPI description."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi")

from optimise.serve.calls_page import calls_page


def test_parameters_and_bodies_are_told_and_text_is_escaped() -> None:
    body = {"properties": {"seconds": {"type": "number", "description": "<b>limit</b>"}}, "required": ["seconds"]}
    post = {
        "tags": ["jobs"],
        "description": "Submit.",
        "parameters": [{"name": "kind", "in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}},
    }
    page = calls_page(
        {
            "info": {"title": "W", "version": "1"},
            "paths": {"/v1/jobs": {"post": post}},
            "components": {"schemas": {"Ask": body}},
        }
    )
    assert "POST /v1/jobs" in page
    assert "<code>seconds</code></td><td>body</td><td>number</td>" in page
    assert "<code>kind</code> (may be left out)</td><td>query</td><td>string</td>" in page
    assert "&lt;b&gt;limit" in page
