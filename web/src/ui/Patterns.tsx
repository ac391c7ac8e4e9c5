import { countedClasses, type CountedClass } from '../util/status';

const marks: Record<CountedClass, string> = {
  ok: '',
  error: 'M0 3h6',
  throttle: 'M1.5 1.5h1.6M4.5 4.5h1.6',
  fault: 'M-1 1l2-2M0 6l6-6M5 7l2-2',
};

const weights: Record<CountedClass, number> = { ok: 0, error: 1.4, throttle: 1.8, fault: 1.5 };

/** The fill of each class, drawn once per page: colour plus a hatch of its own. */
export const Patterns = () => (
  <svg width="0" height="0" className="rs-patterns" aria-hidden="true">
    <defs>
      {countedClasses.map((name) => (
        <pattern key={name} id={`rs-fill-${name}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" className="rs-fill" data-status={name} />
          {marks[name] !== '' && <path d={marks[name]} className="rs-hatch" strokeWidth={weights[name]} />}
        </pattern>
      ))}
    </defs>
  </svg>
);

/** What has no hatch is filled plainly: many patterns are slow to draw. */
export const fillOf = (name: CountedClass): string => (marks[name] === '' ? `var(--rs-${name})` : `url(#rs-fill-${name})`);
