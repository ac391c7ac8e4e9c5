import { useSyncExternalStore } from 'react';

/** Ages are said in coarse words, so the clock of the page ticks seldom. */
const tickMs = 5000;

const listeners = new Set<() => void>();
let now = Date.now() / 1000;
let timer: ReturnType<typeof setInterval> | undefined;

const tick = (): void => {
  now = Date.now() / 1000;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  if (listeners.size === 0) {
    now = Date.now() / 1000;
    timer = setInterval(tick, tickMs);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
};

/** useNow gives the present in epoch seconds, a few seconds old at most, and renders again as it passes. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
