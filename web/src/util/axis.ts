import { durationText } from './format';

export interface Tick {
  /** Share of the axis, 0..1. */
  at: number;
  text: string;
}

/** ticksOf divides a length of time, in seconds, into at most `most` round steps beginning at 0. */
export const ticksOf = (seconds: number, most = 6): Tick[] => {
  if (!(seconds > 0)) return [{ at: 0, text: '0 ms' }];
  const rough = seconds / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const count = Math.floor((seconds / step) * 1.0001);
  return Array.from({ length: count + 1 }, (_, i) => ({ at: Math.min(1, (i * step) / seconds), text: durationText(i * step) }));
};
