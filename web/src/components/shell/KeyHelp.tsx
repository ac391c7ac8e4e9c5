import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { isSingleKey } from '../trace/shortcuts';

const ConsoleKeys = lazy(() => import('./ConsoleKeys'));

/** Pages of traces have a sheet of their own under the same key. */
const hasOwnHelp = (pathname: string): boolean => /^\/trace(-file)?(\/|$)/.test(pathname);

/** The help sheet with its button and its key. */
export const KeyHelp = () => {
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== '?' || !isSingleKey(event) || hasOwnHelp(pathname)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [pathname]);
  return (
    <>
      <button type="button" className="rs-iconbutton" aria-label="Keys of the console" title="Keys of the console (?)" onClick={() => setOpen(true)}>
        <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
          <path d="M2 5h16v10H2zM5 8h.1M8.3 8h.1M11.7 8h.1M15 8h.1M6 12h8" />
        </svg>
      </button>
      {open && (
        <Suspense>
          <ConsoleKeys onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
