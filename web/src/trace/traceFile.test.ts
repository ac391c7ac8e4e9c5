import { expect, test } from 'vitest';
import { dataMark, htmlWith, scriptSafe } from './exportHtml';
import { checkSize, fileText, maxFileBytes, tracesIn } from './traceFile';

const Document = JSON.stringify({ id: 'a1', name: 'web', start_time: 1, end_time: 2, metadata: { x: '</script><script>alert(1)</script><!-- <SCRIPT ]]> \u2028' } });
const trace = { Id: '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14', Duration: 1, LimitExceeded: false, Segments: [{ Id: 'a1', Document }] };

test('what is downloaded can be opened again', () => {
  expect(tracesIn(fileText([trace]))).toEqual([trace]);
  expect(tracesIn(JSON.stringify(trace))).toEqual([trace]);
});

test.each([
  ['', /not JSON/],
  ['{"Traces"', /not JSON/],
  ['[]', /^The file is a list; it must be an object with the member Traces\./],
  ['{}', /^Traces is missing; it must be a list of traces\./],
  ['{"Traces":{}}', /^Traces is an object; it must be a list/],
  ['{"Traces":[]}', /^Traces is empty/],
  ['{"Traces":[7]}', /^Traces\[0\] is a number/],
  ['{"Traces":[{"Segments":[]}]}', /^Traces\[0\]\.Id is missing/],
  ['{"Traces":[{"Id":"1"}]}', /^Traces\[0\]\.Segments is missing; it must be a list of segments/],
  ['{"Traces":[{"Id":"1","Segments":[{}]}]}', /^Traces\[0\]\.Segments\[0\]\.Document is missing/],
  ['{"Traces":[{"Id":"1","Segments":[{"Document":"{"}]}]}', /Segments\[0\]\.Document is not a JSON object/],
  ['{"Traces":[{"Id":"1","Segments":[{"Document":"{}"}]}]}', /Document: name is missing/],
  ['{"Traces":[{"Id":"1","Segments":[{"Document":"{\\"name\\":\\"a\\",\\"start_time\\":\\"x\\"}"}]}]}', /Document: start_time is a string; it must be a number/],
  ['{"Segments":null}', /^Trace\.Id is missing/],
])('%s is refused', (text, sentence) => {
  expect(() => tracesIn(text)).toThrow(sentence);
  expect(() => tracesIn(text)).toThrow(/Choose a file that/);
});

test('the bound of a file', () => {
  expect(() => checkSize(maxFileBytes)).not.toThrow();
  expect(() => checkSize(maxFileBytes + 1)).toThrow(/at most 50 MB/);
});

test('no data can leave its script element', () => {
  const html = htmlWith(`<title>Trace</title><body>${dataMark}</body>`, trace);
  expect(html.match(/<\/script/gi)).toHaveLength(1);
  expect(html.match(/<script/gi)).toHaveLength(1);
  expect(html).not.toContain('<!--');
  expect(html).toContain('<title>Trace 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14 · Rayscope</title>');
  const json = /<script[^>]*>(.*)<\/script>/s.exec(html)?.[1] ?? '';
  expect(tracesIn(json)).toEqual([trace]);
});

test('an id cannot leave the title, and $ is no pattern', () => {
  expect(htmlWith(`<title>x</title>${dataMark}`, { ...trace, Id: '</title>$&' })).toContain('<title>Trace &lt;/title>$&amp; ·');
});

test('escaped JSON is the same JSON', () => {
  const value = { '<a>': '</script>\u2028\\u003c<' };
  expect(JSON.parse(scriptSafe(JSON.stringify(value)))).toEqual(value);
});

test('a page that is not the viewer is refused', () => expect(() => htmlWith('<html></html>', trace)).toThrow(/JSON instead/));
