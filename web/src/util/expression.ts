/** Filter expressions for the trace list, written so that no value can end its literal. */
export const annotationFilter = (key: string, value: unknown): string | null => {
  const name = /^[A-Za-z0-9_]+$/.test(key) ? `annotation.${key}` : `annotation[${JSON.stringify(key)}]`;
  if (typeof value === 'string') return `${name} = ${JSON.stringify(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `${name} = ${value}` : null;
};
