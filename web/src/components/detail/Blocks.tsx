import { Link } from 'react-router';
import { CodeBlock } from '../../ui/CodeBlock';
import { Facts } from '../../ui/Facts';
import { JsonTree } from '../../ui/JsonTree';
import type { Entity } from '../../trace/entity';
import { annotationFilter } from '../../util/expression';
import { asObject, asText, flatten, plainText, type JsonObject } from '../../util/json';
import { paths } from '../../url/paths';
import { maxRangeSeconds, type TimeRange } from '../../util/range';
import { formatSql } from '../../trace/sql';
import { usePlace } from '../trace/place';

const Nothing = ({ children }: { children: string }) => <p className="rs-note">{children}</p>;

const factsOf = (block: JsonObject) => flatten(block).map(([label, value]) => ({ label, value }));

const Block = ({ title, block }: { title: string; block: JsonObject | null }) =>
  block === null || Object.keys(block).length === 0 ? null : (
    <section>
      <h3 className="rs-h3">{title}</h3>
      <Facts facts={factsOf(block)} wide />
    </section>
  );

/** Where the code ran or what it called. */
export const Resources = ({ entity }: { entity: Entity }) => {
  const { doc } = entity;
  const own = Object.fromEntries(Object.entries({ origin: doc['origin'], resource_arn: doc['resource_arn'] }).filter(([, value]) => value !== undefined));
  const [aws, service] = [asObject(doc['aws']), asObject(doc['service'])];
  if (aws === null && service === null && Object.keys(own).length === 0) return <Nothing>Nothing was recorded about resources here.</Nothing>;
  return (
    <div className="rs-tab">
      <Block title="Place" block={own} />
      <Block title="AWS" block={aws} />
      <Block title="Program" block={service} />
    </div>
  );
};

/** A window for the trace list that surely holds a moment: the longest that the server takes, around it. */
const around = (epoch: number): TimeRange => ({ kind: 'between', start: Math.floor(epoch) - maxRangeSeconds / 2, end: Math.floor(epoch) + maxRangeSeconds / 2 });

const AnnotationValue = ({ name, value, epoch }: { name: string; value: unknown; epoch: number }) => {
  const filter = annotationFilter(name, value);
  const online = usePlace() === 'server';
  return (
    <>
      {plainText(value)}
      {online && filter !== null && (
        <Link className="rs-link rs-findlike" to={paths.traces({ range: around(epoch), filter })} title={filter}>
          find traces with this value
        </Link>
      )}
    </>
  );
};

/** Indexed key-value pairs. */
export const Annotations = ({ entity }: { entity: Entity }) => {
  const annotations = asObject(entity.doc['annotations']) ?? {};
  const facts = Object.entries(annotations).map(([label, value]) => ({ label, value: <AnnotationValue name={label} value={value} epoch={entity.start} /> }));
  return facts.length === 0 ? <Nothing>No annotations here. Add them in code to find traces by your own words, for example an order number.</Nothing> : <Facts facts={facts} wide />;
};

/** Free data, by namespace. */
export const Metadata = ({ entity }: { entity: Entity }) => {
  const metadata = asObject(entity.doc['metadata']) ?? {};
  const spaces = Object.entries(metadata);
  if (spaces.length === 0) return <Nothing>No metadata here.</Nothing>;
  return (
    <div className="rs-tab">
      {spaces.map(([name, value]) => (
        <section key={name}>
          <h3 className="rs-h3">{name}</h3>
          <JsonTree value={value} label={`Metadata of ${name}`} />
        </section>
      ))}
    </div>
  );
};

/** The statement and the database. */
export const Sql = ({ entity }: { entity: Entity }) => {
  const sql = asObject(entity.doc['sql']);
  if (sql === null) return <Nothing>No database was asked here.</Nothing>;
  const query = asText(sql['sanitized_query']);
  const rest = Object.fromEntries(Object.entries(sql).filter(([key]) => key !== 'sanitized_query'));
  return (
    <div className="rs-tab">
      {query === null ? <Nothing>The statement was not recorded; SDKs do so only when told to.</Nothing> : <CodeBlock code={formatSql(query)} label="SQL statement" />}
      <Block title="Database" block={rest} />
    </div>
  );
};

/** The document itself, without what is nested in it. */
export const Raw = ({ entity }: { entity: Entity }) => <CodeBlock code={JSON.stringify(entity.doc, null, 2)} label="Document" />;
