/** Filter expressions put together from parts. Those of people are not parsed: what is wrong in one is told by the server. */

/** quoted writes a text as a literal that it cannot end. */
export const quoted = (text: string): string => JSON.stringify(text);

const wrapped = (part: string): string => (/\bor\b/i.test(part) ? `(${part})` : part);

/** allOf matches what all of its parts match; empty ones match everything. */
export const allOf = (...parts: string[]): string => {
  const given = [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
  return given.length < 2 ? (given[0] ?? '') : given.map(wrapped).join(' AND ');
};

/** noneOf matches what the part does not match; the part must not be empty. */
export const noneOf = (part: string): string => `!(${part.trim()})`;

/** A band of response times in seconds, from `min` on and below `max`; null is open. */
export const bandExpression = (min: number | null, max: number | null): string =>
  allOf(min === null ? '' : `responsetime >= ${min}`, max === null ? '' : `responsetime < ${max}`);

/** annotationFilter finds an annotation's value, written so that no value can end its literal. */
export const annotationFilter = (key: string, value: unknown): string | null => {
  const name = /^[A-Za-z0-9_]+$/.test(key) ? `annotation.${key}` : `annotation[${quoted(key)}]`;
  if (typeof value === 'string') return `${name} = ${quoted(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `${name} = ${value}` : null;
};
