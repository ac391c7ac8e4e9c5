import { exception, inside, open, serve, spend, type Doc, type Pen } from './build.ts';
import { hex, randomFrom } from './random.ts';

const fargate = 'AWS::ECS::Fargate';
const web = { name: 'web', origin: fargate, runtime: 'Node.js' };
const gateway = { name: 'api', origin: fargate, runtime: 'Node.js' };
const orders = { name: 'orders', origin: 'AWS::EKS::Container', runtime: 'Python' };
const payments = { name: 'payments', origin: 'AWS::EC2::Instance', runtime: 'Java' };
const inventory = { name: 'inventory', origin: 'AWS::Lambda::Function', runtime: 'Go' };
const users = { name: 'users', runtime: 'Python' };
const worker = { name: 'mail-worker', origin: fargate, runtime: 'Go' };

export const queueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/order-mails';
const remote = (method: string, url: string): Partial<Doc> => ({ namespace: 'remote', http: { request: { method, url } } });

const query = (pen: Pen, parent: Doc, text: string, milliseconds: number): undefined => {
  const sql = { url: 'mysql://db.internal:3306/shop', database_type: 'MySQL', database_version: '8.4', user: 'shop', preparation: 'statement', sanitized_query: text };
  inside(pen, parent, 'shop@db', { namespace: 'remote', sql }, () => spend(pen, milliseconds));
};

const call = (pen: Pen, from: Doc, host: string, method: string, path: string, work: (sub: Doc) => number): number =>
  inside(pen, from, host, remote(method, `http://${host}${path}`), (sub) => {
    spend(pen, 1);
    const status = work(sub);
    spend(pen, 1);
    return status;
  }) ?? 200;

const charge = (pen: Pen, caller: Doc): number =>
  serve(pen, payments, caller, { annotations: { provider: 'examplepay' } }, (segment) => {
    spend(pen, 4);
    const fails = pen.random() < 0.12;
    const status = inside(pen, segment, 'pay.example.com', remote('POST', 'https://pay.example.com/v1/charges'), (sub) => {
      spend(pen, fails ? 900 : 90);
      if (fails) sub.cause = exception(pen, 'PaymentProviderError', 'no answer from pay.example.com', true);
      return fails ? 504 : 200;
    });
    if (fails) segment.cause = exception(pen, 'ChargeFailed', 'the card could not be charged', false);
    return status === 504 ? 502 : 200;
  });

const reserve = (pen: Pen, caller: Doc): number =>
  serve(pen, inventory, caller, {}, (segment) => {
    const throttled = pen.random() < 0.04;
    const aws = { operation: 'UpdateItem', table_name: 'stock', region: 'us-east-1', request_id: hex(pen.random, 12).toUpperCase(), retries: throttled ? 3 : 0 };
    inside(pen, segment, 'DynamoDB', { namespace: 'aws', aws }, () => {
      spend(pen, throttled ? 60 : 6);
      return throttled ? 429 : 200;
    });
    return throttled ? 429 : 200;
  });

const placeOrder = (pen: Pen, caller: Doc): number =>
  serve(pen, orders, caller, { annotations: { items: 1 + Math.floor(pen.random() * 5), express: pen.random() < 0.3 } }, (segment) => {
    segment.metadata = { default: { cart: { lines: 3, currency: 'EUR' }, feature_flags: ['new-checkout'] } };
    inside(pen, segment, 'load cart', {}, (sub) => query(pen, sub, 'SELECT * FROM carts WHERE user_id = ?', 8));
    const stock = call(pen, segment, 'inventory.shop.internal', 'PUT', '/reserve', (sub) => reserve(pen, sub));
    if (stock === 429) return 503;
    const paid = call(pen, segment, 'payments.shop.internal', 'POST', '/charge', (sub) => charge(pen, sub));
    if (paid >= 500) return 502;
    query(pen, segment, 'INSERT INTO orders (user_id, total) VALUES (?, ?)', 14);
    inside(pen, segment, 'SQS', { namespace: 'aws', aws: { operation: 'SendMessage', queue_url: queueUrl, region: 'us-east-1' } }, () => {
      spend(pen, 7);
      return 200;
    });
    return 201;
  });

const findUser = (pen: Pen, caller: Doc): number =>
  serve(pen, users, caller, {}, (segment) => {
    query(pen, segment, 'SELECT id, name, mail FROM users WHERE token = ?', 3);
    return pen.random() < 0.06 ? 401 : 200;
  });

const listProducts = (pen: Pen, caller: Doc): number =>
  serve(pen, inventory, caller, {}, (segment) => {
    const aws = { operation: 'Query', table_name: 'stock', region: 'us-east-1', count: 24 };
    inside(pen, segment, 'DynamoDB', { namespace: 'aws', aws }, () => {
      spend(pen, 11);
      return 200;
    });
    return 200;
  });

interface Visit {
  method: string;
  path: string;
  needs: 'products' | 'order' | 'user';
}

const visits: Visit[] = [
  { method: 'GET', path: '/products', needs: 'products' },
  { method: 'GET', path: '/products/42', needs: 'products' },
  { method: 'POST', path: '/orders', needs: 'order' },
  { method: 'GET', path: '/account', needs: 'user' },
];

const handle = (pen: Pen, visit: Visit, segment: Doc): number => {
  const known = call(pen, segment, 'users.shop.internal', 'GET', '/me', (sub) => findUser(pen, sub));
  if (known !== 200 || visit.needs === 'user') return known;
  if (visit.needs === 'products')
    return call(pen, segment, 'inventory.shop.internal', 'GET', '/list', (sub) => listProducts(pen, sub));
  return call(pen, segment, 'orders.shop.internal', 'POST', '/orders', (sub) => placeOrder(pen, sub));
};

const browse = (pen: Pen): void => {
  const visit = visits[Math.floor(pen.random() * visits.length)] ?? { method: 'GET', path: '/', needs: 'user' };
  const request = { method: visit.method, url: `https://shop.example.com${visit.path}`, client_ip: `198.51.100.${Math.floor(pen.random() * 250)}`, user_agent: 'Mozilla/5.0 (X11; Linux x86_64)' };
  const user = `u-${4700 + Math.floor(pen.random() * 30)}`;
  serve(pen, web, null, { http: { request }, user, annotations: { tenant: pen.random() < 0.5 ? 'blue' : 'green' } }, (segment) => {
    spend(pen, 2);
    const status = call(pen, segment, 'api.shop.internal', visit.method, visit.path, (sub) =>
      serve(pen, gateway, sub, { http: { request: { ...request, url: `http://api.shop.internal${visit.path}` } } }, (inner) => handle(pen, visit, inner)),
    );
    inside(pen, segment, 'render page', {}, () => spend(pen, 5));
    return status;
  });
};

const sendMail = (pen: Pen, linkTo: string): void => {
  const links = [{ trace_id: linkTo, id: hex(pen.random, 16), attributes: { reference_type: 'parent' } }];
  serve(pen, worker, null, { links }, (segment) => {
    inside(pen, segment, 'render template', {}, () => spend(pen, 12));
    inside(pen, segment, 'smtp.example.com', remote('POST', 'smtp://smtp.example.com'), () => {
      spend(pen, 160);
      return 250;
    });
    return 200;
  });
};

/** Mean distance between traces: 43 a minute. */
export const spacing = 1.4;

export interface MockTrace {
  id: string;
  start: number;
  /** Complete documents, root first. */
  segments: Doc[];
}

const idOf = (n: number, start: number): string =>
  `1-${Math.floor(start).toString(16).padStart(8, '0')}-${hex(randomFrom(n), 14)}${n.toString(16).padStart(10, '0')}`;

/** numberOf reads the number of a trace out of its id. */
export const numberOf = (id: string): number => Number.parseInt(id.slice(-10), 16);

const cut = (pen: Pen, n: number): void => {
  // Now and then data is missing, as in life: a part whose parent never came.
  if (n % 41 === 5) pen.segments.push({ ...open(pen, 'flush audit log'), type: 'subsegment', parent_id: hex(pen.random, 16), trace_id: pen.traceId, end_time: pen.now + 0.02 });
};

/** shopTrace writes the n-th trace there ever was; the same n gives the same trace. */
export const shopTrace = (n: number): MockTrace => {
  const random = randomFrom(n + 1);
  const start = n * spacing + random() * spacing * 0.8;
  const pen: Pen = { traceId: idOf(n, start), random, now: start, segments: [] };
  if (n % 7 === 3) sendMail(pen, idOf(n - 3, (n - 3) * spacing));
  else browse(pen);
  cut(pen, n);
  return { id: pen.traceId, start, segments: pen.segments };
};

/** stillRunning shows a trace as it was before its root finished. */
export const stillRunning = (trace: MockTrace): MockTrace => {
  const [root, ...others] = structuredClone(trace.segments);
  if (root === undefined) return trace;
  delete root.end_time;
  delete root.http?.response;
  root.in_progress = true;
  delete root.fault;
  return { ...trace, segments: [root, ...others.slice(0, 2)] };
};
