import '../../styles/shell.css';
import { Suspense } from 'react';
import { Link, NavLink, Outlet } from 'react-router';
import { useServerInfo } from '../../api/queries';
import { Patterns } from '../../ui/Patterns';
import { Skeleton } from '../../ui/Skeleton';
import { paths, scopeOf } from '../../util/paths';
import { useView } from '../../util/useView';
import { ThemeSwitch } from './ThemeSwitch';
import { TraceSearch } from './TraceSearch';

const Brand = () => (
  <Link to={paths.map()} className="rs-brand" aria-label="Rayscope, to the service map">
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

/** What surrounds every page. */
export const Shell = () => {
  const [view] = useView();
  return (
    <>
      <a href="#main" className="rs-skip">
        Skip to the content
      </a>
      <header className="rs-head">
        <Brand />
        <nav className="rs-nav" aria-label="Pages">
          <NavLink to={paths.map(scopeOf(view))}>Map</NavLink>
          <NavLink to={paths.traces(scopeOf(view))}>Traces</NavLink>
          <NavLink to={paths.insights({ group: view.group })}>Insights</NavLink>
          <NavLink to={paths.groups()}>Groups</NavLink>
          <NavLink to={paths.sampling()}>Sampling</NavLink>
          <NavLink to={paths.settings()}>Settings</NavLink>
          <NavLink to={paths.start()}>Get started</NavLink>
        </nav>
        <div className="rs-head-end">
          <TraceSearch />
          <Server />
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" className="rs-main" tabIndex={-1}>
        <Suspense fallback={<Skeleton height={420} label="Loading the page" />}>
          <Outlet />
        </Suspense>
      </main>
      <Patterns />
    </>
  );
};
