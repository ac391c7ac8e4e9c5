import { expect, test } from 'vitest';
import type { TraceSummary } from '../api/types';
import { annotationText, csvField, csvOf } from './traceRecord';

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['a\nb', '"a\nb"'],
  [-1.5, '-1.5'],
])('%j as a field is %j', (value, want) => {
  expect(csvField(value)).toBe(want);
});

const text = (StringValue: string) => ({ AnnotationValue: { StringValue, NumberValue: null, BooleanValue: null }, ServiceIds: null });
const number = (NumberValue: number) => ({ AnnotationValue: { StringValue: null, NumberValue, BooleanValue: null }, ServiceIds: null });

const trace: TraceSummary = {
  Id: '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14', StartTime: 1758654625.5, Duration: 0.6, ResponseTime: 0.524, HasFault: true, HasError: false, HasThrottle: false, IsPartial: false,
  Http: { HttpURL: 'https://x/a?b=1,2', HttpStatus: 502, HttpMethod: 'POST', UserAgent: null, ClientIp: '203.0.113.9' },
  Annotations: { plan: [text('gold'), text('gold'), text('free')], items: [number(0)] },
  Users: [{ UserName: '=cmd', ServiceIds: null }], ServiceIds: [], EntryPoint: { Name: 'web', Names: null, AccountId: null, Type: null },
};

test('a table has a column for every key', () => {
  expect(csvOf([trace, { ...trace, Id: 'second', ResponseTime: null, Annotations: { zone: [text('a')] } }]).split('\r\n')).toEqual([
    'trace_id,start_utc,result,response_time_seconds,duration_seconds,method,url,http_status,entry_point,users,client_ip,user_agent,partial,annotation.items,annotation.plan,annotation.zone',
    `1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14,2025-09-23 19:10:25.500 UTC,Fault,0.524,0.6,POST,"https://x/a?b=1,2",502,web,'=cmd,203.0.113.9,,false,0,"gold, free",`,
    `second,2025-09-23 19:10:25.500 UTC,Fault,,0.6,POST,"https://x/a?b=1,2",502,web,'=cmd,203.0.113.9,,false,,,a`,
    '',
  ]);
});

test('zero and false are values', () => {
  expect(annotationText(trace, 'items')).toBe('0');
  expect(annotationText(trace, 'none')).toBe('');
});
