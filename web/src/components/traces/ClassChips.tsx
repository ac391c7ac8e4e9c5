import { StatusIcon } from '../../ui/StatusIcon';
import { classWords, statusClasses, type StatusClass } from '../../util/status';

interface ClassChipsProps {
  /** How many of the loaded traces are of each class. */
  counts: Record<StatusClass, number>;
  chosen: StatusClass[];
  onChange: (chosen: StatusClass[]) => void;
}

/** Chooses which classes to show; none chosen means all. */
export const ClassChips = ({ counts, chosen, onChange }: ClassChipsProps) => {
  const toggle = (name: StatusClass): void =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : statusClasses.filter((other) => other === name || chosen.includes(other)));
  return (
    <div className="rs-chips" role="group" aria-label="Show only these results">
      {statusClasses.map((name) => (
        <button key={name} type="button" className="rs-chip" data-status={name} aria-pressed={chosen.includes(name)} onClick={() => toggle(name)} title={classWords[name].meaning}>
          <StatusIcon status={name} />
          {classWords[name].label}{' '}
          <span className="rs-chip-count">{counts[name]}</span>
        </button>
      ))}
    </div>
  );
};
