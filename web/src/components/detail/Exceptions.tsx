import { shortName } from '../../util/nodeType';
import type { Entity } from '../../util/entity';
import { exceptionsOf, type ExceptionInfo, type Frame } from '../../util/exceptions';
import { countOf } from '../../util/format';
import type { TraceTree } from '../../util/tree';

const frameText = ({ label, path, line }: Frame): string => {
  const place = [path, line].filter((part) => part !== null).join(':');
  return [label, place === '' ? null : `(${place})`].filter((part) => part !== null).join('  ') || 'unknown place';
};

const Stack = ({ exception }: { exception: ExceptionInfo }) => {
  if (exception.stack.length === 0) return null;
  return (
    <ol className="rs-stack rs-mono">
      {exception.stack.map((frame, i) => (
        <li key={i}>{frameText(frame)}</li>
      ))}
      {exception.truncated > 0 && <li className="rs-muted">and {countOf(exception.truncated, 'more frame')}</li>}
    </ol>
  );
};

const ExceptionView = ({ exception, isCause, entity }: { exception: ExceptionInfo; isCause: boolean; entity: Entity }) => (
  <li className="rs-exception">
    {isCause && <p className="rs-note">caused by{exception.skipped > 0 ? ` (${countOf(exception.skipped, 'exception')} left out)` : ''}</p>}
    <h3 className="rs-h3">{exception.type}</h3>
    {exception.message !== '' && <p className="rs-exception-message">{exception.message}</p>}
    {exception.remote && <p className="rs-note">Raised by the service that was called.</p>}
    {exception.owner !== entity && (
      <p className="rs-note">
        Recorded in {shortName(exception.owner.name)} of {exception.owner.service}.
      </p>
    )}
    <Stack exception={exception} />
  </li>
);

/** The chain of exceptions, outermost first, with their stacks. */
export const Exceptions = ({ entity, tree }: { entity: Entity; tree: TraceTree }) => {
  const chain = exceptionsOf(entity, tree);
  if (chain.length === 0) return <p className="rs-note">No exceptions here.</p>;
  const causes = new Set(chain.map((exception) => exception.causeId));
  return (
    <ol className="rs-exceptions">
      {chain.map((exception) => (
        <ExceptionView key={exception.id} exception={exception} isCause={causes.has(exception.id)} entity={entity} />
      ))}
    </ol>
  );
};
