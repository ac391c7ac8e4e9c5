import type { Figures } from '../../api/rayscope.gen';
import { StatusIcon } from '../../ui/StatusIcon';
import { countText } from '../../util/format';
import { classWords, statusClasses, type StatusClass } from '../../util/status';

interface ClassChipsProps {
  /** How many of all traces are of each class; null while nobody knows. */
  figures: Figures | null;
  chosen: StatusClass[];
  onChange: (chosen: StatusClass[]) => void;
}

const countIn: Record<StatusClass, (figures: Figures) => number> = {
  ok: ({ OkCount }) => OkCount,
  error: ({ ErrorCount }) => ErrorCount,
  throttle: ({ ThrottleCount }) => ThrottleCount,
  fault: ({ FaultCount }) => FaultCount,
  pending: ({ OpenCount }) => OpenCount,
};

/** Chooses which classes to show; none chosen means all. */
export const ClassChips = ({ figures, chosen, onChange }: ClassChipsProps) => {
  const toggle = (name: StatusClass): void =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : statusClasses.filter((other) => other === name || chosen.includes(other)));
  return (
    <div className="rs-chips" role="group" aria-label="Show only these results">
      {statusClasses.map((name) => (
        <button key={name} type="button" className="rs-chip" data-status={name} aria-pressed={chosen.includes(name)} onClick={() => toggle(name)} title={classWords[name].meaning}>
          <StatusIcon status={name} />
          {classWords[name].label}{' '}
          <span className="rs-chip-count">{figures === null ? '' : countText(countIn[name](figures))}</span>
        </button>
      ))}
    </div>
  );
};
