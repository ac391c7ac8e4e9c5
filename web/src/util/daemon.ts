import type { BackendConnectionErrors, Daemon } from '../api/rayscope.gen';
import { countOf, countText } from './format';

/** productText is program and version from a User-Agent: "rayscope-daemon v1.2.3". */
export const productText = (agent: string): string => {
  const product = agent.split(' ')[0] ?? '';
  if (product === '') return 'not told';
  // AWS' daemon names itself xray-agent/xray-daemon/3.3.13.
  return product.replace(/^xray-agent\//, '').replace('/', ' ');
};

/** Where a daemon runs, as far as it says. */
export const placeText = ({ Hostname, EC2InstanceId, ResourceARN }: Pick<Daemon, 'Hostname' | 'EC2InstanceId' | 'ResourceARN'>): string =>
  [Hostname, EC2InstanceId, ResourceARN].filter((text) => text !== '').join(', ') || 'a daemon that does not say where it is';

export interface DaemonSums {
  received: number;
  sent: number;
  spilled: number;
  rejected: number;
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

export const sumsOf = ({ TelemetryRecords: records }: Pick<Daemon, 'TelemetryRecords'>): DaemonSums => ({
  received: sum(records.map((r) => r.SegmentsReceivedCount)),
  sent: sum(records.map((r) => r.SegmentsSentCount)),
  spilled: sum(records.map((r) => r.SegmentsSpilloverCount)),
  rejected: sum(records.map((r) => r.SegmentsRejectedCount)),
});

export const sumsText = ({ received, sent, spilled, rejected }: DaemonSums): string =>
  `${countText(received)} received, ${countText(sent)} sent, ${countText(spilled)} dropped for want of room, ${countText(rejected)} refused`;

const reasons: [keyof BackendConnectionErrors, string][] = [
  ['TimeoutCount', 'got no answer in time'],
  ['ConnectionRefusedCount', 'found nobody listening'],
  ['HTTPCode4XXCount', 'were refused (4xx)'],
  ['HTTPCode5XXCount', 'met a failing server (5xx)'],
  ['UnknownHostCount', 'did not find the host'],
  ['OtherCount', 'failed otherwise'],
];

/** troublesOf says why calls of a daemon failed; empty if none did. */
export const troublesOf = ({ TelemetryRecords: records }: Pick<Daemon, 'TelemetryRecords'>): string[] =>
  reasons.flatMap(([member, words]) => {
    const count = sum(records.map((record) => record.BackendConnectionErrors[member]));
    return count === 0 ? [] : [`${countOf(count, 'call')} ${words}`];
  });
