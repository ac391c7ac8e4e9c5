import '../src/styles/tokens.css';
import '../src/styles/base.css';
import '../src/styles/status.css';
import '../src/styles/shell.css';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { createHashRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { ThemeSwitch } from '../src/components/shell/ThemeSwitch';
import { PlaceContext } from '../src/components/trace/place';
import { TraceView } from '../src/components/trace/TraceView';
import { Patterns } from '../src/ui/Patterns';
import { startTheme } from '../src/ui/theme';
import { dataElementId } from '../src/trace/exportHtml';
import { tracesIn } from '../src/trace/traceFile';
import { treeOf } from '../src/trace/tree';

/** The trace that the export put into this page. */
const readTree = () => {
  const [trace] = tracesIn(document.getElementById(dataElementId)?.textContent ?? '');
  if (trace === undefined) throw new Error('this page holds no trace');
  return treeOf(trace);
};

const Viewer = ({ tree }: { tree: ReturnType<typeof readTree> }) => (
  <>
    <header className="rs-head">
      <span className="rs-brand">Rayscope</span>
      <span className="rs-server">a trace saved as a page; it works without a server</span>
      <div className="rs-head-end">
        <ThemeSwitch />
      </div>
    </header>
    <main className="rs-main">
      <TraceView tree={tree} />
    </main>
    <Patterns />
  </>
);

const start = (): void => {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no element with the id root');
  const tree = readTree();
  startTheme();
  // The address of a file has no other part that may change.
  const router = createHashRouter([{ path: '*', element: <Viewer tree={tree} /> }]);
  createRoot(root).render(
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={new QueryClient()}>
        <PlaceContext value="alone">
          <RouterProvider router={router} />
        </PlaceContext>
      </QueryClientProvider>
    </I18nProvider>,
  );
};

start();
