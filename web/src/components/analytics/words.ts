import type { Value } from '../../api/rayscope.gen';

/** What the attributes are called; those of annotations are called by their key. */
const names: Record<string, string> = {
  'http.status': 'status',
  'http.method': 'method',
  'http.url': 'exact URL',
  'url.template': 'URL',
  'http.clientip': 'client address',
  'http.useragent': 'user agent',
  user: 'user',
  availabilityzone: 'zone',
  'instance.id': 'instance',
  'resource.arn': 'resource',
  service: 'service',
  entrypoint: 'first service',
  'rootcause.fault': 'cause of faults',
  'rootcause.error': 'cause of errors',
  'rootcause.responsetime': 'cause of the time',
  exception: 'exception',
};

/** Attributes that are there to choose from; annotations come from the data. */
export const fixedAttributes = Object.keys(names);

const annotationPrefix = 'annotation.';

export const isAnnotation = (attribute: string): boolean => attribute.startsWith(annotationPrefix);

export const attributeName = (attribute: string): string => {
  if (attribute === 'annotation.*') return 'every annotation';
  return names[attribute] ?? (isAnnotation(attribute) ? attribute.slice(annotationPrefix.length) : attribute);
};

export const attributeTitle = (attribute: string): string => {
  const name = attributeName(attribute);
  return isAnnotation(attribute) && attribute !== 'annotation.*' ? `Annotation ${name}` : name.charAt(0).toUpperCase() + name.slice(1);
};

export const valueText = ({ String: text, Number: number, Boolean: truth }: Value): string => {
  if (text !== null) return text;
  return number !== null ? String(number) : String(truth);
};

/** percentText writes a share without ever rounding something to nothing or to everything. */
export const percentText = (share: number): string => {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  if (share < 0.01) return '< 1 %';
  return share > 0.99 ? '> 99 %' : `${Math.round(share * 100)} %`;
};

/** pointsText writes a difference of two shares in percentage points, with its sign. */
export const pointsText = (delta: number): string => {
  const points = Math.round(Math.abs(delta) * 100);
  if (points === 0) return delta === 0 ? '0' : '± < 1';
  return `${delta > 0 ? '+' : '−'}${points}`;
};

/** As the field for the time range has it: shorter than with AM and PM, which axes have no room for. */
const hourCycle = 'h23';

const clock = new Intl.DateTimeFormat(undefined, { hourCycle, hour: '2-digit', minute: '2-digit' });
const exactClock = new Intl.DateTimeFormat(undefined, { hourCycle, hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** clockText is the time of day, with seconds where they matter. */
export const clockText = (epoch: number): string => (epoch % 60 === 0 ? clock : exactClock).format(new Date(epoch * 1000));
