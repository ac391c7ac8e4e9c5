import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'rayscope.theme';
const systemDark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

const read = (): string | null => {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    // Storage can be forbidden; then the choice lasts as long as the page.
    return null;
  }
};

let choice: ThemeChoice = 'system';

const isDark = (): boolean => choice === 'dark' || (choice === 'system' && systemDark().matches);

const apply = (): void => {
  applyMode(isDark() ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
};

/** startTheme applies the remembered choice and follows the system from then on. */
export const startTheme = (): void => {
  choice = themeChoices.find((name) => name === read()) ?? 'system';
  systemDark().addEventListener('change', apply);
  apply();
};

export const chooseTheme = (next: ThemeChoice): void => {
  choice = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // See read.
  }
  apply();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, () => choice);
export const useIsDark = (): boolean => useSyncExternalStore(subscribe, isDark);
