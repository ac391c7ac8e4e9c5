"""A service of the test shop, traced by the X-Ray SDK for Python: Flask, with the requests library patched.

    service.py NAME HOST:PORT [NEXT_URL]

GET /buy?status=S passes the request on to NEXT_URL, if there is one, and answers with the status that came back; the last
service of the chain answers S. With steps=N it first does N things that are subsegments. The body says which trace the request belongs
to and whether it is sampled. GET /browse is the same under another path, for rules that tell requests apart.
"""

import sys

from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask, request

patch(("requests",))
import requests  # noqa: E402  after patching, as an application would

name, address = sys.argv[1:3]
next_url = sys.argv[3] if len(sys.argv) > 3 else None

app = Flask(name)
xray_recorder.configure(service=name)
XRayMiddleware(app, xray_recorder)


@app.get("/buy")
@app.get("/browse")
def buy():
    segment = xray_recorder.current_segment()
    for key, value in {"tenant": "blue", "items": 3, "express": False}.items():
        segment.put_annotation(key, value)
    segment.put_metadata("cart", {"lines": 3})
    for _ in range(int(request.args.get("steps", "0"))):
        with xray_recorder.in_subsegment("step"):
            pass
    status = int(request.args.get("status", "200"))
    if next_url:
        status = requests.get(f"{next_url}/buy", params={"status": status}, timeout=10).status_code
    return {"trace": segment.trace_id, "sampled": bool(segment.sampled)}, status


host, port = address.rsplit(":", 1)
app.run(host=host, port=int(port), threaded=True)
