import { Facts, type Fact } from '../../ui/Facts';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { isCall, type Entity } from '../../trace/entity';
import { durationText } from '../../util/format';
import { asNumber, asObject } from '../../util/json';
import { describeType } from '../../util/nodeType';
import { classWords, shareText } from '../../util/status';
import { sameMoment, timingOf } from '../../trace/timing';
import type { TraceTree } from '../../trace/tree';
import { usePlace } from '../trace/place';
import { KindSentence } from './KindSentence';

const present = (label: string, value: string | number | null): Fact[] => (value === null || value === '' ? [] : [{ label, value }]);

const kindOf = (entity: Entity): string => {
  if (entity.isSegment) return `Segment: what ${entity.name} did`;
  return isCall(entity) ? `Call from ${entity.service}` : `Step inside ${entity.service}`;
};

const times = (entity: Entity, tree: TraceTree): Fact[] => {
  const length = entity.end === null ? null : entity.end - entity.start;
  const { total, selfSeconds, criticalSeconds } = timingOf(tree).of(entity);
  return [
    { label: 'Took', value: length === null ? 'still running' : durationText(length) },
    ...present('Of the whole trace', length === null ? null : shareText(length, tree.end - tree.start)),
    ...present('Worked itself', total - selfSeconds > sameMoment ? durationText(selfSeconds) : null),
    ...present('On the critical path', criticalSeconds > 0 ? `${durationText(criticalSeconds)}, ${shareText(criticalSeconds, tree.end - tree.start)} of the trace` : null),
    { label: 'Began after', value: durationText(entity.start - tree.start) },
    { label: 'Started', value: <TimeText epoch={entity.start} /> },
  ];
};

const web = (entity: Entity): Fact[] => {
  const response = asObject(asObject(entity.doc['http'])?.['response']);
  const length = asNumber(response?.['content_length']);
  return [
    ...present('Method', entity.http.method),
    ...present('HTTP status', entity.http.status),
    ...present('URL', entity.http.url),
    ...present('Answer length', length === null || length < 0 ? null : `${length} bytes`),
    ...present('Client IP', entity.http.clientIp),
    ...present('User agent', entity.http.userAgent),
    ...present('User', entity.user),
  ];
};

const notes = (entity: Entity): string[] => [
  ...(entity.isOrphan ? [`The part with id ${entity.parentId ?? ''}, which began this, has not arrived. Perhaps its service does not send traces, or it is still on its way.`] : []),
  ...(entity.inferredType === null ? [] : [`${describeType(entity.inferredType).words} does not send traces itself; what is known of it comes from this call.`]),
  ...(entity.status === 'ok' ? [] : [`${classWords[entity.status].label}: ${classWords[entity.status].meaning}.`]),
];

/** The first things to know of an entity. */
export const Overview = ({ entity, tree }: { entity: Entity; tree: TraceTree }) => {
  const online = usePlace() === 'server';
  return (
    <div className="rs-tab">
      {online && <KindSentence entity={entity} />}
      {notes(entity).map((note) => (
        <p key={note} className="rs-note">
          {note}
        </p>
      ))}
      <Facts
        facts={[
          { label: 'Result', value: <StatusLabel status={entity.status} /> },
          ...times(entity, tree),
          { label: 'Kind', value: kindOf(entity) },
          ...present('Runs on', entity.isSegment && entity.serviceType !== null ? describeType(entity.serviceType).words : null),
        ]}
      />
      {web(entity).length > 0 && <Facts facts={web(entity)} />}
      <Facts
        wide
        facts={[{ label: 'Id', value: <span className="rs-mono">{entity.id}</span> }, ...present('Parent id', entity.parentId)]}
      />
    </div>
  );
};
