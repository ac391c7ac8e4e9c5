import { shortName } from '../../util/nodeType';
import type { Entity } from '../../trace/entity';
import { exceptionsOf, type ExceptionInfo, type Frame } from '../../trace/exceptions';
import { countOf } from '../../util/format';
import { runsOf } from '../../trace/frames';
import type { TraceTree } from '../../trace/tree';

const frameText = ({ label, path, line }: Frame): string => {
  const place = [path, line].filter((part) => part !== null).join(':');
  return [label, place === '' ? null : `(${place})`].filter((part) => part !== null).join('  ') || 'unknown place';
};

const Frames = ({ frames }: { frames: Frame[] }) => (
  <ol className="rs-frames">
    {frames.map((frame, i) => (
      <li key={i}>{frameText(frame)}</li>
    ))}
  </ol>
);

/** The stack in its order; runs of library code are folded, unless there is nothing else. */
const Stack = ({ exception }: { exception: ExceptionInfo }) => {
  const runs = runsOf(exception.stack);
  if (runs.length === 0) return null;
  const folds = runs.some(({ own }) => own);
  return (
    <div className="rs-stacktrace rs-mono">
      {runs.map(({ own, frames }, i) =>
        own || !folds ? (
          <Frames key={i} frames={frames} />
        ) : (
          <details key={i}>
            <summary className="rs-muted">{countOf(frames.length, 'frame')} of libraries</summary>
            <Frames frames={frames} />
          </details>
        ),
      )}
      {exception.truncated > 0 && <span className="rs-muted">and {countOf(exception.truncated, 'more frame')} that {exception.truncated === 1 ? 'was' : 'were'} not recorded</span>}
    </div>
  );
};

const ExceptionView = ({ exception, isCause, entity, onSelect }: { exception: ExceptionInfo; isCause: boolean; entity: Entity; onSelect: (id: string) => void }) => (
  <li className="rs-exception">
    {isCause && <p className="rs-note">caused by{exception.skipped > 0 ? ` (${countOf(exception.skipped, 'exception')} left out)` : ''}</p>}
    <h3 className="rs-h3">{exception.type}</h3>
    {exception.message !== '' && <p className="rs-exception-message">{exception.message}</p>}
    {exception.remote && <p className="rs-note">Raised by the service that was called.</p>}
    {exception.owner !== entity && (
      <p className="rs-note">
        Recorded in{' '}
        <button type="button" className="rs-linkbutton" onClick={() => onSelect(exception.owner.id)}>
          {shortName(exception.owner.name)}
        </button>
        {exception.owner.isSegment ? '.' : ` of ${exception.owner.service}.`}
      </p>
    )}
    <Stack exception={exception} />
  </li>
);

/** The chain of exceptions, outermost first, with their stacks. */
export const Exceptions = ({ entity, tree, onSelect }: { entity: Entity; tree: TraceTree; onSelect: (id: string) => void }) => {
  const chain = exceptionsOf(entity, tree);
  if (chain.length === 0) return <p className="rs-note">No exceptions here.</p>;
  const causes = new Set(chain.map((exception) => exception.causeId));
  return (
    <ol className="rs-exceptions">
      {chain.map((exception) => (
        <ExceptionView key={exception.id} exception={exception} isCause={causes.has(exception.id)} entity={entity} onSelect={onSelect} />
      ))}
    </ol>
  );
};
