"""The API's documentation as one HTML page, which works without the internet."""

from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --accent: #0F8B8D }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2rem; font-size: 1.1rem } code { font-family: ui-monospace, monospace }
pre { padding: .7rem; overflow-x: auto; background: rgba(127,127,127,.1);
  border-left: 3px solid var(--accent) }
b { color: var(--accent) } td { padding: .1rem 1rem .1rem 0; vertical-align: top }
"""
_EXAMPLES = {
    "/health": "curl {root}/health",
    "/v1/model": "curl {root}/v1/model",
    "/v1/predict": "curl -F files=@slice-1.jpg -F files=@series.zip '{root}/v1/predict?heatmaps=false'",
    "/v1/explain": "curl -F files=@slice.dcm '{root}/v1/explain?method=occlusion&class=Stone&trust=true'",
    "/predict": 'curl -H "Content-Type: application/json" '
    '-d "{{\\"image\\": \\"$(base64 -w0 slice.jpg)\\"}}" {root}/predict',
    "/v1/jobs": "curl '{root}/v1/jobs?limit=20'",
    "/v1/jobs/{job}": "curl {root}/v1/jobs/ID",
    "/v1/jobs/{job}/log": "curl '{root}/v1/jobs/ID/log?lines=50'",
    "/v1/jobs/{job}/events": "curl {root}/v1/jobs/ID/events",
    "/v1/jobs/{job}/cancel": "curl -X POST {root}/v1/jobs/ID/cancel",
    "/v1/jobs/{job}/resume": "curl -X POST {root}/v1/jobs/ID/resume",
    "/v1/trainings": 'curl -H "Content-Type: application/json" '
    '-d \'{{"dataset": "NAME", "params": {{"training": {{"epochs": 5}}}}}}\' {root}/v1/trainings',
}


def page(schema: dict[str, Any], root: str) -> str:
    """An OpenAPI schema as HTML.

    Args:
        schema: The schema, as FastAPI builds it.
        root: Path that the API is mounted under.
    """
    info = schema["info"]
    routes = "".join(_route(path, verb, about, root) for path, verb, about in _routes(schema))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        f'<p>As OpenAPI: <a href="{escape(root)}/openapi.json">{escape(root)}/openapi.json</a>. '
        "Every error is <code>application/problem+json</code>, its <code>detail</code> a sentence.</p>"
        f"{routes}</html>"
    )


def _routes(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in schema["paths"].items():
        for verb, about in verbs.items():
            yield path, verb, about


def _route(path: str, verb: str, about: dict[str, Any], root: str) -> str:
    example = (
        _EXAMPLES.get(path, "") if verb != "delete" else "curl -X DELETE {root}" + path.replace("{job}", "ID")
    )
    example = example.format(root=f"http://127.0.0.1:8501{root}")
    rows = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in about["responses"].items()
    )
    text = escape(about.get("description", "")).replace("\n", "<br>")
    return (
        f"<h2><b>{verb.upper()}</b> <code>{escape(root + path)}</code></h2><p>{text}</p>"
        f"<pre><code>{escape(example)}</code></pre><table>{rows}</table>"
    )
