import { describe, expect, test } from 'vitest';
import type { TelemetryRecord } from '../api/rayscope.gen';
import { placeText, productText, sumsOf, sumsText, troublesOf } from './daemon';

const none = { TimeoutCount: 0, ConnectionRefusedCount: 0, HTTPCode4XXCount: 0, HTTPCode5XXCount: 0, UnknownHostCount: 0, OtherCount: 0 };
const record = (more: Partial<TelemetryRecord>): TelemetryRecord => ({
  Timestamp: 1,
  SegmentsReceivedCount: 0,
  SegmentsSentCount: 0,
  SegmentsSpilloverCount: 0,
  SegmentsRejectedCount: 0,
  BackendConnectionErrors: none,
  ...more,
});

test.each([
  ['rayscope-daemon/v1.2.3 xray-agent/xray-daemon/v1.2.3 exec-env/UNKNOWN', 'rayscope-daemon v1.2.3'],
  ['xray-agent/xray-daemon/3.3.13 exec-env/UNKNOWN OS/linux', 'xray-daemon 3.3.13'],
  ['', 'not told'],
])('%s', (agent, text) => expect(productText(agent)).toBe(text));

describe('a daemon in words', () => {
  test('where it is', () => {
    expect(placeText({ Hostname: 'node-7', EC2InstanceId: 'i-1', ResourceARN: '' })).toBe('node-7, i-1');
    expect(placeText({ Hostname: '', EC2InstanceId: '', ResourceARN: '' })).toMatch(/does not say/);
  });

  const TelemetryRecords = [record({ SegmentsReceivedCount: 1200, SegmentsSentCount: 1100 }), record({ SegmentsRejectedCount: 2, SegmentsSpilloverCount: 3, BackendConnectionErrors: { ...none, TimeoutCount: 1, OtherCount: 4 } })];

  test('what it did', () => expect(sumsText(sumsOf({ TelemetryRecords }))).toBe('1,200 received, 1,100 sent, 3 dropped for want of room, 2 refused'));

  test('what failed', () => expect(troublesOf({ TelemetryRecords })).toEqual(['1 call got no answer in time', '4 calls failed otherwise']));
});
