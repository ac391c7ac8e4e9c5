import { useCallback } from 'react';
import { useNavigate } from 'react-router';
import { useImpactGraph } from '../../api/adminQueries';
import type { Insight } from '../../api/adminTypes';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import { impactWindowOf } from '../../util/insight';
import { paths } from '../../url/paths';
import { asCount } from '../map/model';
import { ServiceMap, type MapSelection } from '../map/ServiceMap';

const nothing: MapSelection = { node: null, edge: null };

/** The services that an insight touches; a click leads to the map of its time. */
export const ImpactMap = ({ insight }: { insight: Insight }) => {
  const { data, error, refetch } = useImpactGraph(insight);
  const navigate = useNavigate();
  const select = useCallback(
    ({ node, edge }: MapSelection) => {
      if (node === null && edge === null) return;
      const { start, end } = impactWindowOf(insight, Math.floor(Date.now() / 1000));
      void navigate(paths.map({ range: { kind: 'between', start, end }, node, edge }));
    },
    [insight, navigate],
  );
  return (
    <section className="rs-card" aria-labelledby="rs-impact-map">
      <h2 className="rs-h2 rs-pad" id="rs-impact-map">
        Services that it touched
      </h2>
      {error !== null && <Problem what="The impact graph could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <Skeleton height={340} label="Loading the impact graph" />}
      {data !== undefined && data.nodes.length === 0 && <p className="rs-note rs-pad">There are no traces of this time any more, so that nothing can be drawn.</p>}
      {data !== undefined && data.nodes.length > 0 && (
        <div className="rs-insight-map">
          <ServiceMap graph={data} amountOf={asCount} selected={nothing} onSelect={select} label="Services that the insight touched" />
        </div>
      )}
    </section>
  );
};
