import '../../styles/shell.css';
import { Suspense, useEffect, useRef, useState, type RefObject } from 'react';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { useServerInfo } from '../../api/queries';
import { Patterns } from '../../ui/Patterns';
import { Skeleton } from '../../ui/Skeleton';
import { paths, scopeOf } from '../../url/paths';
import { useView } from '../../url/useView';
import { KeyHelp } from './KeyHelp';
import { ThemeSwitch } from './ThemeSwitch';
import { TraceSearch } from './TraceSearch';

const Brand = () => (
  <Link to={paths.home()} className="rs-brand" aria-label="Rayscope, home">
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--rs-span-0)" />
      <g fill="none" stroke="var(--rs-head-text)" strokeWidth="2.4" strokeLinecap="round">
        <path d="M6 16h5m10 0h5M16 6v3m0 14v3" />
        <circle cx="16" cy="16" r="5" />
      </g>
    </svg>
    Rayscope
  </Link>
);

const Server = () => {
  const { data } = useServerInfo();
  if (data === undefined) return null;
  return (
    <span className="rs-server" title={`Version ${data.Version}, account ${data.Account}, region ${data.Region}`}>
      {data.Account} · {data.Region}
    </span>
  );
};

/** The pages. On narrow screens they are behind a button, which closes again when a page is chosen. */
const Pages = () => {
  const [view] = useView();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button ref={button} type="button" className="rs-menubutton" aria-expanded={open} aria-controls="rs-pages" onClick={() => setOpen(!open)}>
        <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
          <path d={open ? 'M4 4l10 10M14 4 4 14' : 'M2 4h14M2 9h14M2 14h14'} />
        </svg>
        Menu
      </button>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- what is pressed are the links in it; it only hears Escape from them */}
      <nav id="rs-pages" className="rs-nav" aria-label="Pages" data-open={open} onClick={() => setOpen(false)} onKeyDown={({ key }) => open && key === 'Escape' && close()}>
        <NavLink to={paths.home(scopeOf(view))} end>
          Home
        </NavLink>
        <NavLink to={paths.map(scopeOf(view))}>Map</NavLink>
        <NavLink to={paths.traces(scopeOf(view))}>Traces</NavLink>
        <NavLink to={paths.analytics(scopeOf(view))}>Analytics</NavLink>
        <NavLink to={paths.insights({ group: view.group })}>Insights</NavLink>
        <NavLink to={paths.groups()}>Groups</NavLink>
        <NavLink to={paths.sampling()}>Sampling</NavLink>
        <NavLink to={paths.settings()}>Settings</NavLink>
        <NavLink to={paths.check()}>Set-up check</NavLink>
        <NavLink to={paths.start()}>Get started</NavLink>
      </nav>
    </>
  );
};

/** Another page takes the focus, as a newly loaded one would, so that keyboards and screen readers begin at its top. */
const FocusOfPage = ({ main }: { main: RefObject<HTMLElement | null> }) => {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [main, pathname]);
  return null;
};

/** What surrounds every page. It hears nothing of the URL itself: only the parts that do are drawn again with each change. */
export const Shell = () => {
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <a href="#main" className="rs-skip">
        Skip to the content
      </a>
      <header className="rs-head">
        <Brand />
        <Pages />
        <div className="rs-head-end">
          <TraceSearch />
          <Server />
          <KeyHelp />
          <ThemeSwitch />
        </div>
      </header>
      <main ref={main} id="main" className="rs-main" tabIndex={-1}>
        <Suspense fallback={<Skeleton height={420} label="Loading the page" />}>
          <Outlet />
        </Suspense>
      </main>
      <FocusOfPage main={main} />
      <Patterns />
    </>
  );
};
