/** What is told of an exception, with its text. */
export interface Told<T> {
  entry: T;
  /** "type: message", or the message alone. */
  text: string;
}

/** An exception with those that only pass it on, the shortest first. */
export interface Family<T> {
  head: T;
  wrappers: T[];
}

const separator = ': ';

/** What stands behind the type. */
const messageOf = (text: string): string => text.slice(text.indexOf(separator) === -1 ? 0 : text.indexOf(separator) + separator.length);

/** wraps tells whether an exception's text ends with another one's message, as languages write what caused an exception behind it. */
export const wraps = (outer: string, inner: string): boolean => messageOf(inner) !== '' && messageOf(outer).length > messageOf(inner).length && outer.endsWith(separator + messageOf(inner));

/**
 * familiesOf puts each exception that passes another one on behind that one: a failure that goes through six calls is one
 * failure, told six times. `within` says whether the first is found nowhere but with the second. The order of what leads is kept.
 */
export const familiesOf = <T>(told: Told<T>[], within: (outer: T, inner: T) => boolean): Family<T>[] => {
  const heads: { told: Told<T>; wrappers: T[]; place: number }[] = [];
  const shortestFirst = told.map((each, place) => ({ each, place })).sort((a, b) => messageOf(a.each.text).length - messageOf(b.each.text).length || a.place - b.place);
  for (const { each, place } of shortestFirst) {
    const head = heads.find(({ told: { entry, text } }) => wraps(each.text, text) && within(each.entry, entry));
    if (head === undefined) heads.push({ told: each, wrappers: [], place });
    else {
      head.wrappers.push(each.entry);
      head.place = Math.min(head.place, place);
    }
  }
  return heads.sort((a, b) => a.place - b.place).map(({ told: { entry }, wrappers }) => ({ head: entry, wrappers }));
};
