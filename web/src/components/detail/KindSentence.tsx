import { useKind } from '../../api/queries';
import type { Entity } from '../../trace/entity';
import { kindSentence, trafficFor } from '../../trace/kind';

/** How this call compares with its like, if the map's histograms of the hour allow to say so. */
export const KindSentence = ({ entity }: { entity: Entity }) => {
  const { data } = useKind(entity.start);
  const traffic = data === undefined || entity.end === null ? null : trafficFor(entity, data);
  const sentence = traffic === null || entity.end === null ? null : kindSentence(entity.end - entity.start, traffic);
  return sentence === null ? null : <p className="rs-kind">{sentence}.</p>;
};
