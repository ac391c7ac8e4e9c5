"""boto3 by lines: reads calls from stdin and writes results to stdout, one JSON object a line.

    botoclient.py ENDPOINT

{"op": "GetTraceSummaries", "args": {...}, "pages": false} is answered by {"pages": [result, ...]}, or by
{"error": {"type": class of the exception, "code": ..., "message": ..., "status": ...}}. With pages, boto3's own paginator makes the
calls.
"""

import datetime
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore import xform_name

# One attempt: a test wants to see the first answer, not the third.
client = boto3.client("xray", endpoint_url=sys.argv[1], config=Config(retries={"total_max_attempts": 1}))


def call(op, args, pages):
    method = xform_name(op)
    if pages:
        return [without_metadata(p) for p in client.get_paginator(method).paginate(**args)]
    return [without_metadata(getattr(client, method)(**args))]


def without_metadata(result):
    return {k: v for k, v in result.items() if k != "ResponseMetadata"}


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f"{type(value)} in a result")


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"pages": call(request["op"], request["args"], request.get("pages", False))}
    except ClientError as e:
        answer = {
            "error": {
                "type": type(e).__name__,
                "code": e.response["Error"]["Code"],
                "message": e.response["Error"]["Message"],
                "status": e.response["ResponseMetadata"]["HTTPStatusCode"],
            }
        }
    except BotoCoreError as e:
        answer = {"error": {"type": type(e).__name__, "code": "", "message": str(e), "status": 0}}
    print(json.dumps(answer, default=plain), flush=True)
