import Button from '@cloudscape-design/components/button';
import { Link } from 'react-router';
import { useTestTrace } from '../../api/checkQueries';
import { StatusLabel } from '../../ui/StatusIcon';
import { durationText } from '../../util/format';
import { paths } from '../../url/paths';
import { testService } from '../../util/testTrace';

/** Sends a trace from the browser, so that what is behind the API is known to work, or not. */
export const TestTrace = () => {
  const { mutate, data, error, isPending } = useTestTrace(); // a new run forgets what the last one brought
  return (
    <section className="rs-card rs-pad rs-testtrace" aria-labelledby="rs-testtrace-title">
      <div>
        <h2 id="rs-testtrace-title" className="rs-h3">
          Send a test trace
        </h2>
        <p className="rs-note">
          This browser sends one segment of a service named {testService} and reads it back. If that works and your program’s traces are missing, they are
          lost before this server.
        </p>
      </div>
      <Button onClick={() => mutate()} loading={isPending} loadingText="Waiting for the trace">
        Send a test trace
      </Button>
      <p role="status" className="rs-testtrace-result">
        {data !== undefined && (
          <>
            <StatusLabel status="ok" text="It arrived" /> and was read back {durationText(data.tookMs / 1000)} later.{' '}
            <Link className="rs-link" to={paths.trace(data.traceId)}>
              Open the trace
            </Link>
          </>
        )}
        {error !== null && (
          <>
            <StatusLabel status="fault" text="It failed" /> {error.message}
          </>
        )}
      </p>
    </section>
  );
};
