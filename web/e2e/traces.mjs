// Traces for the browser tests, made up and sent by the tests themselves: they do not depend on anybody's demo.

let counter = 0;
/** Ids that are unique in a run and readable in a failure. */
export const newId = () => `e${(++counter).toString(16).padStart(15, '0')}`;

export const newTraceId = (seconds) => `1-${Math.floor(seconds).toString(16)}-${(Math.random().toString(16) + Math.random().toString(16)).replaceAll(/0\.|[^0-9a-f]/g, '').padEnd(24, '7').slice(0, 24)}`;

const now = () => Date.now() / 1000;

/** Documents that one call may carry; the server bounds the size of a request. */
const perCall = 40;

export const put = async (base, documents) => {
  for (let i = 0; i < documents.length; i += perCall) {
    const body = JSON.stringify({ TraceSegmentDocuments: documents.slice(i, i + perCall).map((document) => JSON.stringify(document)) });
    const response = await fetch(`${base}/TraceSegments`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const answer = await response.json();
    if (!response.ok || answer.UnprocessedTraceSegments.length > 0) throw new Error(`the server refused documents: ${JSON.stringify(answer).slice(0, 600)}`);
  }
};

const http = (method, url, status) => ({ request: { method, url, user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', client_ip: '203.0.113.7' }, response: { status, content_length: 512 } });

/**
 * A checkout of 640 ms that fails at the bank: own work, a query, a table, two calls at once, a retry, a chain of exceptions,
 * annotations, metadata that would break out of a script, and a link to the trace that caused it.
 */
export const checkout = ({ at = now() - 20, link, slow = 0, cached = false } = {}) => {
  const trace_id = newTraceId(at);
  const [root, call, pay, bank] = [newId(), newId(), newId(), newId()];
  const [outer, inner] = [newId(), newId()];
  const sub = (name, from, to, more = {}) => ({ id: newId(), name, start_time: at + from, end_time: at + to, ...more });
  const web = {
    trace_id, id: root, name: 'shop-web', origin: 'AWS::ECS::Fargate', start_time: at, end_time: at + 0.64 + slow, user: 'u-4711', fault: true,
    http: http('POST', 'https://shop.example.com/checkout/confirm', 500),
    aws: { ecs: { container_arn: 'arn:aws:ecs:eu-central-1:111122223333:container/1f2e3d', availability_zone: 'eu-central-1b' }, xray: { sdk: 'X-Ray for Go', sdk_version: '0.5.0' } },
    service: { version: '4.2.1', runtime: 'go1.26' },
    annotations: { plan: 'gold', basket: 3, express: true },
    metadata: { default: { note: '</script><script>document.title = "broken out"</script><!--', basket: { items: [{ sku: 'A-1', count: 2 }, { sku: 'B-7', count: 1 }], total: 129.5 }, long: Array.from({ length: 130 }, (_, i) => i) } },
    ...(link === undefined ? {} : { links: [{ trace_id: link.traceId, id: link.row, attributes: { reference_type: 'parent' } }] }),
    cause: { working_directory: '/srv/shop', exceptions: [
      { id: outer, type: 'CheckoutError', message: 'the order could not be paid', cause: inner, stack: [
        { path: '/srv/shop/checkout/confirm.go', line: 88, label: 'checkout.(*Handler).Confirm' },
        { path: '/usr/local/go/src/net/http/server.go', line: 2136, label: 'net/http.HandlerFunc.ServeHTTP' },
        { path: '/usr/local/go/src/net/http/server.go', line: 2938, label: 'net/http.serverHandler.ServeHTTP' },
        { path: '/srv/shop/main.go', line: 41, label: 'main.main' },
      ] },
    ] },
    subsegments: [
      sub('validate basket', 0.004, 0.03),
      ...(cached ? [sub('cache', 0.031, 0.034, { namespace: 'remote' })] : [
        sub('orders@db.internal', 0.032, 0.09, { namespace: 'remote', sql: { url: 'postgres://db.internal:5432/orders', database_type: 'PostgreSQL', database_version: '17.2', user: 'shop', sanitized_query: 'SELECT o.id, o.total FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer = ? AND (o.state = ? OR o.total > ?) ORDER BY o.created DESC LIMIT 20' } }),
      ]),
      sub('DynamoDB', 0.034, 0.12, { namespace: 'aws', aws: { operation: 'GetItem', table_name: 'baskets', region: 'eu-central-1', request_id: 'ABCDEF012345', retries: 1 }, http: { response: { status: 200 } } }),
      { id: call, name: 'payments.internal', namespace: 'remote', start_time: at + 0.14, end_time: at + 0.62 + slow, fault: true, http: http('POST', 'http://payments.internal/charge', 503), subsegments: [] },
    ],
  };
  const payments = {
    trace_id, id: pay, parent_id: call, name: 'payments', origin: 'AWS::EC2::Instance', start_time: at + 0.15, end_time: at + 0.612 + slow, fault: true, http: http('POST', 'http://payments.internal/charge', 503),
    cause: { exceptions: [{ id: inner, type: 'BankTimeout', message: 'no answer from the bank in 400 ms', remote: true, stack: [
      { path: '/srv/payments/node_modules/undici/lib/client.js', line: 12, label: 'Client.request' },
      { path: '/srv/payments/src/bank.js', line: 57, label: 'charge' },
    ] }] },
    subsegments: [
      sub('check fraud', 0.16, 0.21),
      { id: bank, name: 'api.bank.example', namespace: 'remote', start_time: at + 0.212, end_time: at + 0.4, throttle: true, error: true, http: http('POST', 'https://api.bank.example/v1/charges', 429) },
      sub('api.bank.example', 0.42, 0.61 + slow, { namespace: 'remote', fault: true, http: http('POST', 'https://api.bank.example/v1/charges', 504) }),
      ...(cached ? [sub('write audit log', 0.58, 0.6)] : []),
    ],
  };
  return { traceId: trace_id, root, call, pay, documents: [web, payments] };
};

/** The small trace that put the order into a queue. */
export const producer = (at = now() - 25) => {
  const trace_id = newTraceId(at);
  const id = newId();
  return { traceId: trace_id, row: id, documents: [{ trace_id, id, name: 'order-intake', start_time: at, end_time: at + 0.05 }] };
};

/** Quick calls of payments like those of the checkout, for it to be compared with. */
export const quickOnes = (count, at = now() - 30) =>
  Array.from({ length: count }, (_, i) => {
    const trace_id = newTraceId(at);
    const [root, call] = [newId(), newId()];
    const took = 0.02 + (i % 10) / 1000;
    return [
      { trace_id, id: root, name: 'shop-web', origin: 'AWS::ECS::Fargate', start_time: at, end_time: at + 0.05, subsegments: [{ id: call, name: 'payments.internal', namespace: 'remote', start_time: at + 0.01, end_time: at + 0.01 + took }] },
      { trace_id, id: newId(), parent_id: call, name: 'payments', origin: 'AWS::EC2::Instance', start_time: at + 0.012, end_time: at + took },
    ];
  }).flat();

/** A checkout as above that went well. */
export const paid = (at = now() - 25) => {
  const trace_id = newTraceId(at);
  return { traceId: trace_id, documents: [{ trace_id, id: newId(), name: 'shop-web', origin: 'AWS::ECS::Fargate', start_time: at, end_time: at + 0.045, http: http('POST', 'https://shop.example.com/checkout/confirm', 200) }] };
};

/** A trace of one root and `count` rows below it in batches, three levels deep, some of which failed. */
export const large = (count, at = now() - 40) => {
  const trace_id = newTraceId(at);
  const root = newId();
  const perBatch = 50;
  const batches = Math.ceil((count - 1) / perBatch);
  const length = 10;
  const documents = [{ trace_id, id: root, name: 'nightly-import', origin: 'AWS::EC2::Instance', start_time: at, end_time: at + length }];
  for (let i = 0; i < batches; i += 1) {
    const start = at + (length * i) / batches;
    const size = Math.min(perBatch, count - 1 - i * perBatch);
    const step = length / batches / perBatch;
    const rows = Array.from({ length: size - 1 }, (_, k) => ({ id: newId(), name: k % 7 === 0 ? 'rows@db.internal' : `transform ${k}`, ...(k % 7 === 0 ? { namespace: 'remote' } : {}), start_time: start + k * step, end_time: start + (k + 0.9) * step, ...(k === 13 && i % 20 === 0 ? { fault: true } : {}) }));
    const service = ['nightly-import', 'importer-eu', 'importer-us', 'prices'][i % 4];
    documents.push({ trace_id, id: newId(), parent_id: root, name: service, start_time: start, end_time: start + size * step, subsegments: rows });
  }
  return { traceId: trace_id, root, count, documents };
};
