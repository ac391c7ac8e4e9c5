import Button from '@cloudscape-design/components/button';
import { Link } from 'react-router';
import { countOf } from '../../util/format';
import { paths } from '../../url/paths';

interface NoInsightsProps {
  /** Other insights may be there, which the choices above leave out. */
  narrowed: boolean;
  /** Time that was looked through. */
  days: number;
  onShowAll: () => void;
}

/** Says what insights are, and what to do without them. */
export const NoInsights = ({ narrowed, days, onShowAll }: NoInsightsProps) => (
  <section className="rs-card rs-teach" aria-label="No insights">
    <h2 className="rs-h2">{narrowed ? `No insights match in the last ${countOf(days, 'day')}` : 'There are no insights'}</h2>
    {narrowed && (
      <div>
        <Button onClick={onShowAll}>Show all of the last 30 days</Button>
      </div>
    )}
    <p>
      An insight is a time in which more requests of a group failed than usual: when it began, which service was first, how many requests were hit, and how it went
      on. They are kept for 30 days.
    </p>
    <p>
      <strong>This version does not look for insights by itself.</strong> It shows those that are recorded. Until then:
    </p>
    <ul>
      <li>
        <Link className="rs-link" to={paths.home()}>
          Home
        </Link>{' '}
        says whether anything is wrong now, and where it began;
      </li>
      <li>
        the{' '}
        <Link className="rs-link" to={paths.map()}>
          map
        </Link>{' '}
        lists the services that fail first;
      </li>
      <li>
        the{' '}
        <Link className="rs-link" to={paths.traces({ filter: 'fault' })}>
          traces with a fault
        </Link>{' '}
        show what failed, and where;
      </li>
      <li>
        a{' '}
        <Link className="rs-link" to={paths.groups()}>
          group
        </Link>{' '}
        keeps an eye on the requests that matter, and says for which requests insights are wanted.
      </li>
    </ul>
  </section>
);
