import { useSyncExternalStore } from 'react';

/** The width, in pixels, from which there is room for two columns; the style sheets say the same. */
const wide = matchMedia('(min-width: 1000px)');

const subscribe = (notify: () => void): (() => void) => {
  wide.addEventListener('change', notify);
  return () => wide.removeEventListener('change', notify);
};

/** useWide tells whether there is room for two columns. */
export const useWide = (): boolean => useSyncExternalStore(subscribe, () => wide.matches);
