import type { Row, TableView, Value } from '../../api/rayscope.gen';

/** What traces are told apart by, in plain words, in the order they are offered. */
const words: [attribute: string, label: string][] = [
  ['service', 'Passed through'],
  ['http.status', 'HTTP status'],
  ['http.method', 'HTTP method'],
  ['url.template', 'Page (numbers and ids left out)'],
  ['http.url', 'Exact URL'],
  ['user', 'User'],
  ['rootcause.fault', 'Where faults begin'],
  ['rootcause.error', 'Where errors begin'],
  ['rootcause.responsetime', 'Where the time goes'],
  ['exception', 'Exception'],
];

/** The tables that one analysis fills: all of the above, and one for each annotation key. */
export const attributeTables: TableView[] = [...words.map(([Attribute]) => ({ Attribute })), { Attribute: 'annotation.*' }];

const prefix = 'annotation.';

export const keyOf = (attribute: string): string | null => (attribute.startsWith(prefix) ? attribute.slice(prefix.length) : null);

export const labelOf = (attribute: string): string => words.find(([name]) => name === attribute)?.[1] ?? keyOf(attribute) ?? attribute;

export const valueText = ({ String: text, Number: number, Boolean: truth }: Value): string => text ?? String(number ?? truth ?? '');

/** Why a value cannot be added to the filter. */
export const whyNoFilter = 'A filter cannot be as long as some of these values. Write a condition with CONTAINS and a part of one into the box above.';

/** Rows by how many of the shown traces have the value. */
export const shownRows = (rows: Row[]): Row[] => rows.filter(({ Value: value, A }) => value !== null && A.Count > 0);
