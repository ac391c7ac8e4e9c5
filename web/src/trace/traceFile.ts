import type { SegmentEnvelope, Trace } from '../api/types';
import { durationText } from '../util/format';
import { asObject, asText, parseObject, type JsonObject } from '../util/json';

/** A browser holds a file of this size and its trees without trouble; X-Ray's traces are a hundred times smaller. */
export const maxFileBytes = 50 * 1024 * 1024;

/** What is wrong with a file: the member, what stands there, what is expected. */
export class TraceFileError extends Error {}

const expected = 'Choose a file that “Download as JSON” made, or the output of “aws xray batch-get-traces”.';

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const wrong = (member: string, value: unknown, want: string): TraceFileError =>
  new TraceFileError(value === undefined ? `${member} is missing; it must be ${want}. ${expected}` : `${member} is ${kindOf(value)}; it must be ${want}. ${expected}`);

const segmentOf = (value: unknown, place: string): SegmentEnvelope => {
  const segment = asObject(value);
  if (segment === null) throw wrong(place, value, 'an object with Id and Document');
  const { Document } = segment;
  if (typeof Document !== 'string') throw wrong(`${place}.Document`, Document, 'a segment document as text');
  const doc = parseObject(Document);
  if (doc === null) throw new TraceFileError(`${place}.Document is not a JSON object; it must be a segment document as text. ${expected}`);
  if (asText(doc['name']) === null) throw wrong(`${place}.Document: name`, doc['name'], 'the name of the service, as text');
  if (typeof doc['start_time'] !== 'number') throw wrong(`${place}.Document: start_time`, doc['start_time'], 'a number of seconds since 1970');
  return { Id: asText(segment['Id']) ?? asText(doc['id']) ?? '', Document };
};

const traceOf = (value: unknown, place: string): Trace => {
  const trace = asObject(value);
  if (trace === null) throw wrong(place, value, 'an object with Id and Segments');
  const id = asText(trace['Id']);
  if (id === null) throw wrong(`${place}.Id`, trace['Id'], 'a trace id as text');
  const { Segments } = trace;
  if (!Array.isArray(Segments)) throw wrong(`${place}.Segments`, Segments, 'a list of segments');
  return {
    Id: id,
    Duration: typeof trace['Duration'] === 'number' ? trace['Duration'] : null,
    LimitExceeded: trace['LimitExceeded'] === true,
    Segments: (Segments as unknown[]).map((segment, i) => segmentOf(segment, `${place}.Segments[${i}]`)),
  };
};

const parse = (text: string): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TraceFileError(`The file is not JSON: ${cause instanceof Error ? cause.message : String(cause)}. ${expected}`);
  }
  const object = asObject(value);
  if (object === null) throw wrong('The file', value, 'an object with the member Traces');
  return object;
};

/** tracesIn reads a file of traces: an answer of BatchGetTraces, or one trace of it. It throws a TraceFileError. */
export const tracesIn = (text: string): Trace[] => {
  const object = parse(text);
  if (object['Traces'] === undefined && object['Segments'] !== undefined) return [traceOf(object, 'Trace')];
  const { Traces } = object;
  if (!Array.isArray(Traces)) throw wrong('Traces', Traces, 'a list of traces');
  if (Traces.length === 0) throw new TraceFileError(`Traces is empty; it must hold at least one trace. ${expected}`);
  return (Traces as unknown[]).map((trace, i) => traceOf(trace, `Traces[${i}]`));
};

/** checkSize refuses before anything is read. */
export const checkSize = (bytes: number): void => {
  if (bytes > maxFileBytes) throw new TraceFileError(`The file has ${(bytes / 1024 / 1024).toFixed(1)} MB; at most ${maxFileBytes / 1024 / 1024} MB can be opened. Files with one trace are much smaller.`);
};

/** fileText writes traces as BatchGetTraces answers, so that whatever reads that reads this. */
export const fileText = (traces: Trace[]): string => `${JSON.stringify({ Traces: traces, UnprocessedTraceIds: [], NextToken: null }, null, 2)}\n`;

/** titleOf names a trace in a list of those of a file. */
export const titleOf = ({ Id, Duration, Segments }: Trace): string =>
  `${Id} (${Segments?.length ?? 0} documents${Duration === null ? '' : `, ${durationText(Duration)}`})`;
