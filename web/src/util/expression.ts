/** Parts of filter expressions put together. They are not parsed here: what is wrong in one is told by the server. */

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
