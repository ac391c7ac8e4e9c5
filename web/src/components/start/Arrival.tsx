import Alert from '@cloudscape-design/components/alert';
import { useEffect } from 'react';
import { Link, useNavigate } from 'react-router';
import type { TraceSummary } from '../../api/types';
import { paths } from '../../url/paths';

/** Long enough to read the good news. */
const readingMs = 3500;

/** The first trace is here: says so, and goes to the map. */
export const Arrival = ({ trace }: { trace: TraceSummary }) => {
  const navigate = useNavigate();
  useEffect(() => {
    const timer = setTimeout(() => void navigate(paths.map()), readingMs);
    return () => clearTimeout(timer);
  }, [navigate]);
  return (
    <div role="status">
      <Alert type="success" header="It arrived!">
        The first trace, from {trace.EntryPoint?.Name ?? 'your program'}, is in. Going to the map…{' '}
        <Link className="rs-link" to={paths.trace(trace.Id)}>
          Open the trace instead
        </Link>
      </Alert>
    </div>
  );
};
