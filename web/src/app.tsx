import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy } from 'react';
import { createBrowserRouter, matchPath } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { ApiError } from './api/client';
import { traceQuery } from './api/queries';
import { Shell } from './components/shell/Shell';
import { CrashPage } from './pages/CrashPage';
import { normalTraceId } from './util/traceId';

const HomePage = lazy(() => import('./pages/HomePage'));
const MapPage = lazy(() => import('./pages/MapPage'));
const TracesPage = lazy(() => import('./pages/TracesPage'));
const AnalyticsPage = lazy(() => import('./pages/AnalyticsPage'));
const TraceFilePage = lazy(() => import('./pages/TraceFilePage'));
const ComparePage = lazy(() => import('./pages/ComparePage'));
const CheckPage = lazy(() => import('./pages/CheckPage'));
const InsightsPage = lazy(() => import('./pages/InsightsPage'));
const InsightPage = lazy(() => import('./pages/InsightPage'));
const GroupsPage = lazy(() => import('./pages/GroupsPage'));
const SamplingPage = lazy(() => import('./pages/SamplingPage'));
const SettingsPage = lazy(() => import('./pages/SettingsPage'));
const StartPage = lazy(() => import('./pages/StartPage'));
const NotFoundPage = lazy(() => import('./pages/NotFoundPage'));

const worthRetrying = new Set(['offline', 'throttled', 'server']);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && worthRetrying.has(error.kind),
      refetchOnWindowFocus: false,
    },
  },
});

/** The documents of a trace are asked for together with the code that draws them, not after it. */
const TracePage = lazy(() => {
  const id = normalTraceId(matchPath('/trace/:id', location.pathname)?.params.id ?? '');
  // The page asks again, and tells what is wrong, if this fails.
  if (id !== null) queries.query(traceQuery(id)).catch(() => undefined);
  return import('./pages/TracePage');
});

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <CrashPage />,
    children: [
      { index: true, element: <HomePage /> },
      { path: 'map', element: <MapPage /> },
      { path: 'traces', element: <TracesPage /> },
      { path: 'trace/:id', element: <TracePage /> },
      { path: 'analytics', element: <AnalyticsPage /> },
      { path: 'trace-file', element: <TraceFilePage /> },
      { path: 'compare', element: <ComparePage /> },
      { path: 'check', element: <CheckPage /> },
      { path: 'insights', element: <InsightsPage /> },
      { path: 'insights/:id', element: <InsightPage /> },
      { path: 'groups', element: <GroupsPage /> },
      { path: 'sampling', element: <SamplingPage /> },
      { path: 'settings', element: <SettingsPage /> },
      { path: 'start', element: <StartPage /> },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
]);

export const App = () => (
  <I18nProvider locale="en" messages={[messages]}>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </I18nProvider>
);
