import { durationText } from '../util/format';

export interface Tick {
  /** Share of the axis, 0..1. */
  at: number;
  text: string;
}

/** offsetText writes a moment since the start with as many digits as steps of `step` seconds need. */
const offsetText = (seconds: number, step: number): string => {
  if (seconds === 0) return '0';
  const [unit, name] = seconds >= 1 ? [1, 's'] : seconds >= 0.001 ? [0.001, 'ms'] : [0.000001, 'µs'];
  const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return `${(seconds / unit).toFixed(Math.min(6, digits))} ${name}`;
};

/** ticksBetween marks about `most` round moments of a part of the axis, in seconds; `at` is the share of that part. */
export const ticksBetween = (from: number, to: number, most = 6): Tick[] => {
  if (!(to > from)) return [{ at: 0, text: durationText(from) }];
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-6);
  const count = Math.floor(to / step + 1e-6) - first;
  return Array.from({ length: count + 1 }, (_, i) => {
    const moment = (first + i) * step;
    return { at: Math.max(0, Math.min(1, (moment - from) / (to - from))), text: from === 0 ? durationText(moment) : offsetText(moment, step) };
  });
};
