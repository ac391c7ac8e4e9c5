import type { Ranked } from '../../api/rayscope.gen';
import { familiesOf, type Family } from '../../util/wrapped';
import { valueText } from './words';

const isWithin = (outer: Ranked, inner: Ranked): boolean => outer.CountA <= inner.CountA && outer.CountB <= inner.CountB;

/** foldedExceptions puts exceptions that only pass another one on behind that one; everything else stands for itself. */
export const foldedExceptions = (entries: Ranked[]): Family<Ranked>[] => {
  const families = familiesOf(entries.filter(({ Attribute }) => Attribute === 'exception').map((entry) => ({ entry, text: valueText(entry.Value) })), isWithin);
  const first = new Map(families.map((family) => [entries.findIndex((entry) => entry === family.head || family.wrappers.includes(entry)), family]));
  return entries.flatMap((entry, i) => {
    if (entry.Attribute !== 'exception') return [{ head: entry, wrappers: [] }];
    return first.get(i) ?? [];
  });
};
