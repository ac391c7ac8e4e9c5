import '../../styles/start.css';
import { useState } from 'react';
import { Link } from 'react-router';
import { useNewestTrace, useServerInfo } from '../../api/queries';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';
import { paths } from '../../url/paths';
import { Arrival } from './Arrival';
import { Snippets } from './Snippets';

const pollMs = 2000;

/** Waits for the first trace of an empty system; on one that has traces it says so and does not wait. */
const Waiting = () => {
  const [wasEmpty, setWasEmpty] = useState<boolean | null>(null);
  const newest = useNewestTrace(wasEmpty === false ? null : pollMs);
  if (wasEmpty === null && newest.data !== undefined) setWasEmpty(newest.data === null);
  if (newest.data == null) {
    return (
      <p className="rs-waiting" role="status">
        <span className="rs-pulse" aria-hidden="true" />
        <span>
          Waiting for the first trace. This page notices by itself. If nothing comes,{' '}
          <Link className="rs-link" to={paths.check()}>
            the set-up check
          </Link>{' '}
          says where it is lost.
        </span>
      </p>
    );
  }
  if (wasEmpty === true) return <Arrival trace={newest.data} />;
  return (
    <p className="rs-note">
      Traces are arriving already.{' '}
      <Link className="rs-link" to={paths.map()}>
        Go to the map
      </Link>
    </p>
  );
};

/** How to send a first trace to this server, and the wait for it. */
export const FirstSteps = () => {
  const info = useServerInfo();
  return (
    <section className="rs-card rs-start" aria-labelledby="rs-start-title">
      <h2 id="rs-start-title" className="rs-h1">
        Send your first segment
      </h2>
      <p className="rs-note">
        A segment is what one service reports about one request. Any X-Ray SDK can send it: the only thing to change is the address.
      </p>
      <Waiting />
      {info.error !== null && <Problem what="The addresses of this server could not be loaded" error={info.error} retry={info.refetch} />}
      {info.isPending && <SkeletonRows count={6} label="Loading the addresses" />}
      {info.data !== undefined && <Snippets info={info.data} />}
    </section>
  );
};
