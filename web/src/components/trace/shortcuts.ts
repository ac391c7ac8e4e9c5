import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { KeySection } from '../../ui/KeySheet';

/** Single keys of the trace page, besides those of the tree that has the focus. */
export const shortcuts = {
  '/': 'Search the rows',
  n: 'Next match',
  N: 'Previous match',
  '+': 'Zoom in around the selected row',
  '-': 'Zoom out',
  '0': 'Show the whole trace',
  e: 'Only what failed, or all',
  o: 'Open all rows',
  x: 'Close all rows',
  t: 'Timeline',
  f: 'Flame graph',
  c: 'Calls by name',
  '?': 'This help',
} as const;

export type Shortcut = keyof typeof shortcuts;

export const isShortcut = (key: string): key is Shortcut => Object.hasOwn(shortcuts, key);

/** Keys of the timeline and the flame graph themselves. */
export const treeKeys: [string, string][] = [
  ['↑ ↓', 'Row above, row below; in the flame graph caller and longest call'],
  ['← →', 'Close or leave, open or enter; in the flame graph the call before and after'],
  ['Home End', 'First and last row'],
  ['Page ↑ Page ↓', 'Ten rows up or down'],
  ['Enter', 'Details; in the flame graph zoom'],
  ['Escape', 'In the flame graph: zoom out'],
];

/** All keys of the trace page, by place. */
export const traceKeys: KeySection[] = [
  { title: 'Anywhere on the page of a trace', keys: Object.entries(shortcuts) },
  { title: 'In the timeline and the flame graph', keys: treeKeys },
  { title: 'On the handles of the overview', keys: [['← →', 'Move the edge of what is shown by a hundredth']] },
];

// Speech input types letters by accident, so single keys can be turned off. The choice lasts as long as the page.
let on = true;
const listeners = new Set<() => void>();

export const switchShortcuts = (next: boolean): void => {
  on = next;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useShortcutsOn = (): boolean => useSyncExternalStore(subscribe, () => on);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], dialog *');

/** isSingleKey tells whether a key is meant as a shortcut: alone, not typed into a field, and not while shortcuts are off. */
export const isSingleKey = (event: KeyboardEvent): boolean => on && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);

/** useShortcuts calls `act` for single keys pressed anywhere but in a field or a dialog. */
export const useShortcuts = (act: (key: Shortcut) => void): void => {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!isSingleKey(event) || !isShortcut(event.key)) return;
      event.preventDefault();
      latest.current(event.key);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
};
