/** Segment documents come from many SDKs, so nothing about them is taken for granted: these read, or give null. */
export type JsonObject = Record<string, unknown>;

export const asObject = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

export const asText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** asNumber also takes numeric strings: some SDKs write status and length that way. */
export const asNumber = (value: unknown): number | null => {
  if (typeof value === 'string' && value.trim() === '') return null;
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
};

export const parseObject = (text: string): JsonObject | null => {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
};

/** plainText shows any JSON value on one line; strings without quotes. */
export const plainText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** flatten lists the leaves of a block as dotted name and text: {"ecs":{"container":"x"}} gives ["ecs.container", "x"]. */
export const flatten = (block: JsonObject, prefix = ''): [string, string][] =>
  Object.entries(block).flatMap(([key, value]): [string, string][] => {
    const inner = asObject(value);
    return inner === null ? [[prefix + key, plainText(value)]] : flatten(inner, `${prefix}${key}.`);
  });
