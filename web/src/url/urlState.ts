import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';

/** How a part of what a page shows stands in the URL. Codecs that meet on a page have keys of their own each. */
export interface Codec<T extends object> {
  keys: readonly string[];
  /** Never fails: what it does not understand is as if it were not there. */
  read: (query: URLSearchParams) => T;
  /** Adds its keys to a query that has none of them; what is as by default is left out, so that links stay short. */
  write: (state: T, query: URLSearchParams) => void;
}

export type Change<T> = (patch: Partial<T>, how?: { replace?: boolean }) => void;

/** patched is the query with the patch applied; what belongs to other codecs stays. */
export const patched = <T extends object>(codec: Codec<T>, old: URLSearchParams, patch: Partial<T>): URLSearchParams => {
  const state = { ...codec.read(old), ...patch };
  const query = new URLSearchParams(old);
  for (const key of codec.keys) query.delete(key);
  codec.write(state, query);
  return query;
};

/** useUrlState reads a part of the page's state from the URL and changes it there. `change` stays the same: rows that take it are not drawn again. */
export const useUrlState = <T extends object>(codec: Codec<T>): [T, Change<T>] => {
  const [query, setQuery] = useSearchParams();
  const state = useMemo(() => codec.read(query), [codec, query]);
  // The router's own function is another one for each query.
  const latest = useRef(setQuery);
  useLayoutEffect(() => {
    latest.current = setQuery;
  });
  const change = useCallback<Change<T>>(
    (patch, how) =>
      latest.current((old) => patched(codec, old, patch), {
        replace: how?.replace ?? false,
        preventScrollReset: true,
        // At once, not when React finds time: the next key may come before that.
        flushSync: true,
      }),
    [codec],
  );
  return [state, change];
};
