import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useState } from 'react';
import { Link } from 'react-router';
import { useTraces } from '../../api/queries';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import type { Entity } from '../../trace/entity';
import { durationText, localText } from '../../util/format';
import { paths } from '../../url/paths';
import type { Similar } from '../../util/similar';
import { classWords } from '../../util/status';
import { mainRoot } from '../../trace/tree';
import { useSimilar } from './useSimilar';

interface ItemProps {
  a: string;
  b: string | null;
  item: Similar;
  suggested: boolean;
}

const Item = ({ a, b, item: { id, start, took, status }, suggested }: ItemProps) => (
  <li>
    {id === b ? (
      <strong aria-current="true">This is B</strong>
    ) : (
      <Link className="rs-link" to={paths.compare(a, id)} aria-label={`Compare with the one of ${localText(start)}: ${classWords[status].label}, ${durationText(took)}`}>
        Compare
      </Link>
    )}
    <StatusLabel status={status} />
    <strong className="rs-num">{durationText(took)}</strong>
    <TimeText epoch={start} />
    {suggested && <span className="rs-small rs-muted">suggested</span>}
  </li>
);

const Found = ({ a, b, root }: { a: string; b: string | null; root: Entity }) => {
  const { data, error, refetch } = useSimilar(a, root);
  if (error !== null && data === undefined) return <Problem what="Similar requests could not be looked for" error={error} retry={refetch} />;
  if (data === undefined) return <SkeletonRows count={4} label="Looking for similar requests" />;
  const { words, groups } = data;
  if (groups.length === 0) return <p className="rs-note">No other request like A ({words}) was answered within half an hour of it. Paste the id of any trace above.</p>;
  return (
    <>
      <p className="rs-note">Requests like A ({words}) within half an hour of it.</p>
      <div className="rs-sides rs-similar">
        {groups.map(({ title, items }, i) => (
          <section key={title} aria-label={title}>
            <h3 className="rs-h3">{title}</h3>
            <ul className="rs-links">
              {items.map((item, k) => (
                <Item key={item.id} a={a} b={b} item={item} suggested={i === 0 && k === 0} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
};

/** Requests like trace A, each of which can be chosen as trace B. Folded away once one is. */
export const SimilarTraces = ({ a, b }: { a: string; b: string | null }) => {
  const [open, setOpen] = useState(b === null);
  const tree = useTraces([a]).data?.get(a);
  const root = tree && mainRoot(tree);
  if (root === undefined) return null;
  return (
    <section className="rs-card rs-pad" aria-label="Similar requests">
      <ExpandableSection headerText={b === null ? 'Choose a similar request as B' : 'Choose another request as B'} expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
        {open && <Found a={a} b={b} root={root} />}
      </ExpandableSection>
    </section>
  );
};
