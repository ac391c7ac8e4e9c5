import { hex } from './random.ts';

/** A segment or subsegment document under construction. */
export interface Doc {
  id: string;
  name: string;
  start_time: number;
  end_time?: number;
  in_progress?: boolean;
  trace_id?: string;
  parent_id?: string;
  type?: string;
  origin?: string;
  namespace?: string;
  inferred?: boolean;
  fault?: boolean;
  error?: boolean;
  throttle?: boolean;
  user?: string;
  cause?: unknown;
  http?: { request?: object; response?: { status: number; content_length?: number } };
  aws?: Record<string, unknown>;
  sql?: Record<string, unknown>;
  service?: Record<string, unknown>;
  annotations?: Record<string, string | number | boolean>;
  metadata?: Record<string, unknown>;
  links?: { trace_id: string; id: string; attributes: Record<string, string> }[];
  subsegments?: Doc[];
}

/** The pen that writes one trace: a clock, dice, and the segments so far. */
export interface Pen {
  traceId: string;
  random: () => number;
  now: number;
  segments: Doc[];
}

/** spend lets time pass. It gives no status, so that it can be all the work of a subsegment. */
export const spend = (pen: Pen, milliseconds: number): undefined => {
  pen.now += (milliseconds * (0.6 + 0.9 * pen.random() + (pen.random() < 0.03 ? 3 : 0))) / 1000;
};

const round = (time: number): number => Math.round(time * 1e6) / 1e6;

export const open = (pen: Pen, name: string, more: Partial<Doc> = {}): Doc => ({
  id: hex(pen.random, 16),
  name,
  start_time: round(pen.now),
  ...more,
});

export const close = (pen: Pen, doc: Doc, status?: number): void => {
  doc.end_time = round(pen.now);
  if (status === undefined) return;
  doc.http = { ...doc.http, response: { status, content_length: 40 + Math.floor(pen.random() * 2000) } };
  if (status === 429) Object.assign(doc, { error: true, throttle: true });
  else if (status >= 500) doc.fault = true;
  else if (status >= 400) doc.error = true;
};

/** inside runs work in a subsegment of `parent`. The work gives the HTTP status, if there is one. */
export const inside = (pen: Pen, parent: Doc, name: string, more: Partial<Doc>, work: (sub: Doc) => number | undefined): number | undefined => {
  const sub = open(pen, name, more);
  (parent.subsegments ??= []).push(sub);
  const status = work(sub);
  close(pen, sub, status);
  return status;
};

interface ServiceDef {
  name: string;
  origin?: string;
  runtime: string;
}

/** serve writes the segment of a service; `caller` is the subsegment that called it. */
export const serve = (pen: Pen, def: ServiceDef, caller: Doc | null, more: Partial<Doc>, work: (segment: Doc) => number): number => {
  const segment = open(pen, def.name, {
    trace_id: pen.traceId,
    ...(caller === null ? {} : { parent_id: caller.id }),
    ...(def.origin === undefined ? {} : { origin: def.origin }),
    service: { version: '4.2.0', runtime: def.runtime },
    aws: { xray: { sdk: `X-Ray for ${def.runtime}`, sdk_version: '2.15.0', sampling_rule_name: 'Default' }, ecs: { container: `ip-10-0-3-${def.name.length}` } },
    ...more,
  });
  pen.segments.push(segment);
  const status = work(segment);
  close(pen, segment, status);
  return status;
};

/** exception builds a cause with a chain of two. */
export const exception = (pen: Pen, type: string, message: string, remote: boolean): object => {
  const inner = hex(pen.random, 16);
  return {
    working_directory: '/srv/app',
    exceptions: [
      {
        id: hex(pen.random, 16),
        type,
        message,
        remote,
        cause: inner,
        truncated: 12,
        stack: [
          { path: 'shop/checkout/charge.py', line: 88, label: 'charge' },
          { path: 'shop/checkout/service.py', line: 41, label: 'place_order' },
          { path: 'shop/http/router.py', line: 207, label: 'dispatch' },
        ],
      },
      { id: inner, type: 'TimeoutError', message: 'read timed out after 1.5 s', stack: [{ path: 'ssl.py', line: 1108, label: 'recv' }] },
    ],
  };
};
