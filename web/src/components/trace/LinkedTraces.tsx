import { memo, useMemo } from 'react';
import { Link } from 'react-router';
import { useTraces } from '../../api/queries';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { countOf, durationText } from '../../util/format';
import { linksOf, type LinkKind, type TraceLink } from '../../trace/links';
import { shortName } from '../../util/nodeType';
import { paths } from '../../url/paths';
import { mainRoot, type TraceTree } from '../../trace/tree';
import { usePlace } from './place';

const kindWords: Record<LinkKind, string> = { parent: 'Caused this trace', child: 'Was caused by this trace', unknown: 'Linked' };

/** More are counted and not shown: X-Ray allows a hundred for a trace. */
const mostShown = 20;

/** What is known of the trace at the other end, and whether its documents name this one too. */
const OtherEnd = ({ other, id }: { other: TraceTree | undefined; id: string }) => {
  if (other === undefined) return <span className="rs-muted">not here: too old, or it has not arrived</span>;
  const root = mainRoot(other);
  return (
    <>
      {root !== undefined && <StatusLabel status={root.status} />}
      <strong>{root?.name ?? other.services[0] ?? 'unnamed'}</strong>
      <span className="rs-num">{durationText(other.end - other.start)}</span>
      <TimeText epoch={other.start} />
      {linksOf(other).some(({ traceId }) => traceId === id) && <span className="rs-mark">links back</span>}
    </>
  );
};

interface LinkedTracesProps {
  tree: TraceTree;
  onSelect: (id: string) => void;
}

/** Traces that this one names as its cause or its effect, through queues for example. */
export const LinkedTraces = memo(({ tree, onSelect }: LinkedTracesProps) => {
  const links = useMemo(() => linksOf(tree), [tree]);
  if (links.length === 0) return null;
  return <LinkList links={links} tree={tree} onSelect={onSelect} />;
});
LinkedTraces.displayName = 'LinkedTraces';

const LinkList = ({ links, tree, onSelect }: LinkedTracesProps & { links: TraceLink[] }) => {
  const online = usePlace() === 'server';
  const shown = links.slice(0, mostShown);
  const { data } = useTraces(online ? shown.map(({ traceId }) => traceId) : []);
  return (
    <section className="rs-card rs-pad" aria-label="Linked traces">
      <h2 className="rs-h2">Linked traces</h2>
      <ul className="rs-links">
        {shown.map((link) => (
          <li key={`${link.traceId} ${link.row ?? ''} ${link.owner.id}`}>
            <span>{kindWords[link.kind]}:</span>
            {online ? (
              <Link className="rs-link rs-mono" to={paths.trace(link.traceId, { row: link.row })}>
                {link.traceId}
              </Link>
            ) : (
              <span className="rs-mono">{link.traceId}</span>
            )}
            {online && data !== undefined && <OtherEnd other={data.get(link.traceId)} id={tree.id} />}
            <span className="rs-muted">
              recorded in{' '}
              <button type="button" className="rs-linkbutton" onClick={() => onSelect(link.owner.id)}>
                {shortName(link.owner.name)}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {links.length > mostShown && <p className="rs-note">and {countOf(links.length - mostShown, 'more link')}</p>}
    </section>
  );
};
