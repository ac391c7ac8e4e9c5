import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { readView, writeView, type View } from './view';

export type ChangeView = (change: Partial<View>, how?: { replace?: boolean }) => void;

/** useView reads the view from the URL and changes it there. */
export const useView = (): [View, ChangeView] => {
  const [query, setQuery] = useSearchParams();
  const view = useMemo(() => readView(query), [query]);
  const change = useCallback<ChangeView>(
    (patch, how) =>
      setQuery((old) => writeView({ ...readView(old), ...patch }), {
        replace: how?.replace ?? false,
        preventScrollReset: true,
        // At once, not when React finds time: the next key may come before that.
        flushSync: true,
      }),
    [setQuery],
  );
  return [view, change];
};
