// A service of the test shop, traced by the X-Ray SDK for Node.js: express, with the http module captured.
//
//     service.js NAME HOST:PORT [NEXT_URL]
//
// GET /buy?status=S passes the request on to NEXT_URL, if there is one, and answers with the status that came back; the
// last service of the chain answers S. With steps=N it first does N things that are subsegments. The body says which trace the
// request belongs to and whether it is sampled. GET /browse is the same under another path, for rules that tell requests apart.
'use strict';

const http = require('http');
const xray = require('aws-xray-sdk');
xray.captureHTTPsGlobal(http);
const express = require('express');

const [name, address, nextURL] = process.argv.slice(2);
const app = express();
app.use(xray.express.openSegment(name));

app.get(['/buy', '/browse'], async (request, response) => {
  const segment = xray.getSegment();
  for (const [key, value] of Object.entries({ tenant: 'blue', items: 3, express: false })) {
    segment.addAnnotation(key, value);
  }
  segment.addMetadata('cart', { lines: 3 });
  // All open at once: this SDK counts the open ones before it sends parts.
  const steps = Array.from({ length: Number(request.query.steps ?? 0) }, () => segment.addNewSubsegment('step'));
  for (const step of steps) step.close();
  let status = Number(request.query.status ?? 200);
  if (nextURL) status = await statusOf(`${nextURL}/buy?status=${status}`);
  response.status(status).json({ trace: segment.trace_id, sampled: !segment.notTraced });
});

app.use(xray.express.closeSegment());

function statusOf(url) {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => response.resume().on('end', () => resolve(response.statusCode)))
      .on('error', reject);
  });
}

const [host, port] = address.split(':');
app.listen(Number(port), host);
