/** trim leaves out zeros at the end, of fractions only: 300 stays 300. */
const trim = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

const scaled = (value: number): string => trim(value, value < 10 ? 2 : value < 100 ? 1 : 0);

/** durationText writes seconds with the unit people would use: 850 µs, 12.3 ms, 1.25 s, 3 min 5 s. */
export const durationText = (seconds: number): string => {
  const value = Math.max(0, seconds);
  if (value === 0) return '0 ms';
  if (value < 0.0009995) return `${Math.max(1, Math.round(value * 1e6))} µs`;
  if (value < 0.9995) return `${value < 0.0995 ? scaled(value * 1000) : Math.round(value * 1000)} ms`;
  if (value < 59.95) return `${scaled(value)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

/** rateText writes requests per minute. */
export const rateText = (perMinute: number): string => {
  if (perMinute <= 0) return '0/min';
  if (perMinute < 0.1) return '< 0.1/min';
  return perMinute < 10 ? `${trim(perMinute, 1)}/min` : `${countText(Math.round(perMinute))}/min`;
};

const grouping = new Intl.NumberFormat('en-US');

export const countText = (count: number): string => grouping.format(count);

/** countOf says "1 trace", "2 traces". */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** ageText says how long ago, coarsely: "just now", "12 s ago", "3 min ago". */
export const ageText = (then: number, now: number): string => {
  const seconds = Math.round(now - then);
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
};

const localTime = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});


export const localText = (epoch: number): string => localTime.format(new Date(epoch * 1000));

const localMoment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** momentText writes a moment in local time with milliseconds, and in UTC, on two lines. */
export const momentText = (epoch: number): string => {
  const utc = utcText(epoch);
  if (utc === 'unknown time') return utc;
  return `${localMoment.format(new Date(epoch * 1000))} (.${utc.slice(20, 23)}) local time\n${utc}`;
};

/** utcText writes 2026-11-22 11:16:10.123 UTC. */
export const utcText = (epoch: number): string =>
  Number.isFinite(epoch) && Math.abs(epoch) < 8.64e12
    ? new Date(epoch * 1000).toISOString().replace('T', ' ').replace('Z', ' UTC')
    : 'unknown time';
