import { classWords, countedClasses, shareText, totalOf, type Counts } from '../util/status';
import { fillOf } from './Patterns';

const spoken = (counts: Counts): string =>
  countedClasses
    .filter((name) => counts[name] > 0)
    .map((name) => `${shareText(counts[name], totalOf(counts))} ${classWords[name].plural}`)
    .join(', ');

/** The shares of the four classes as a bar. */
export const ShareBar = ({ counts }: { counts: Counts }) => {
  const total = totalOf(counts);
  return (
    <svg className="rs-sharebar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={total === 0 ? 'nothing counted' : spoken(counts)}>
      <rect width="100" height="8" className="rs-sharebar-track" />
      {countedClasses.map((name, i) => {
        if (counts[name] === 0) return null;
        const before = countedClasses.slice(0, i).reduce((sum, other) => sum + counts[other], 0);
        return <rect key={name} x={(100 * before) / total} width={Math.max((100 * counts[name]) / total, 1.5)} height="8" fill={fillOf(name)} />;
      })}
    </svg>
  );
};
