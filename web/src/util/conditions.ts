import type { StatusClass } from './status';
import type { View } from '../url/view';

/** A band of response times in seconds, from included to not included; `to` may be Infinity. */
export interface Band {
  from: number;
  to: number;
}

interface Word {
  word: 'AND' | 'OR';
  at: number;
}

const isPartOfName = (char: string | undefined): boolean => char !== undefined && /[\w.]/.test(char);

/** Where the AND and OR of an expression stand that are in no string, bracket or brace. */
const outerWords = (text: string): Word[] => {
  const found: Word[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char === '"') {
      for (i += 1; i < text.length && text[i] !== '"'; i += 1) if (text[i] === '\\') i += 1;
    } else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    else if (depth === 0 && !isPartOfName(text[i - 1])) {
      const word = /^(and|or)(?![\w.])/i.exec(text.slice(i, i + 4))?.[1]?.toUpperCase();
      if (word === 'AND' || word === 'OR') found.push({ word, at: i });
    }
  }
  return found;
};

const hasOr = (text: string): boolean => outerWords(text).some(({ word }) => word === 'OR');

/** conditionsOf gives the parts of an expression that all have to hold. What is joined without the word AND stays together. */
export const conditionsOf = (expression: string): string[] => {
  const words = outerWords(expression);
  if (words.some(({ word }) => word === 'OR')) return [expression.trim()];
  const starts = [0, ...words.map(({ at }) => at + 3)];
  return starts.map((start, i) => expression.slice(start, words[i]?.at).trim()).filter((part) => part !== '');
};

/** joined is the expression of which all parts have to hold. */
export const joined = (parts: string[]): string => {
  const some = parts.filter((part) => part !== '');
  return some.length < 2 ? (some[0] ?? '') : some.map((part) => (hasOr(part) ? `(${part})` : part)).join(' AND ');
};

export const negated = (condition: string): string => `!(${condition})`;

export const hasCondition = (expression: string, condition: string): boolean => conditionsOf(expression).includes(condition);

export const withoutCondition = (expression: string, condition: string): string => joined(conditionsOf(expression).filter((part) => part !== condition));

/** withCondition adds a condition, and takes its opposite away. */
export const withCondition = (expression: string, condition: string): string => {
  const opposite = negated(condition);
  const rest = conditionsOf(expression).filter((part) => part !== condition && part !== opposite && negated(part) !== condition);
  return joined([...rest, condition]);
};

const bandPart = /^responsetime\s*(>=|>|<=|<)\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;

/** bandIn is the band of response times that an expression asks for, null if it asks for none. */
export const bandIn = (expression: string): Band | null => {
  const band: Band = { from: 0, to: Infinity };
  for (const part of conditionsOf(expression)) {
    const [, operator, number] = bandPart.exec(part) ?? [];
    if (operator === undefined) continue;
    if (operator.startsWith('>')) band.from = Math.max(band.from, Number(number));
    else band.to = Math.min(band.to, Number(number));
  }
  return band.from === 0 && band.to === Infinity ? null : band;
};

/** Whole microseconds, which is what traces are measured in. */
const numberText = (seconds: number): string => String(Number(seconds.toFixed(6)));

/** withBand asks for another band of response times, for all if it is null. */
export const withBand = (expression: string, band: Band | null): string =>
  joined([
    ...conditionsOf(expression).filter((part) => !bandPart.test(part)),
    ...(band === null || band.from <= 0 ? [] : [`responsetime >= ${numberText(band.from)}`]),
    ...(band === null || band.to === Infinity ? [] : [`responsetime < ${numberText(band.to)}`]),
  ]);

/** A trace is in one class, that of its first segment; in none while that has not ended or not arrived. */
const classConditions: Record<StatusClass, string> = {
  ok: 'ok',
  error: 'error',
  throttle: 'throttle',
  fault: 'fault',
  pending: '!(ok OR error OR fault OR throttle)',
};

const classesCondition = (classes: StatusClass[]): string => classes.map((name) => classConditions[name]).join(' OR ');

/** nodeCondition finds the traces that pass through a node, given by its key. */
export const nodeCondition = (key: string): string => {
  const [name = '', type = '', account = ''] = key.split('|');
  const fields = [`name: ${JSON.stringify(name)}`, ...(type === '' ? [] : [`type: ${JSON.stringify(type)}`]), ...(account === '' ? [] : [`account.id: ${JSON.stringify(account)}`])];
  return `service(id(${fields.join(', ')}))`;
};

type Chosen = Pick<View, 'filter' | 'group' | 'classes' | 'via'>;

/** listConditions are all conditions that a trace list has, each with what it is to people. */
export const listConditions = (view: Chosen): { expression: string; part: 'filter' | 'group' | 'classes' | 'via' }[] => [
  ...conditionsOf(view.filter).map((expression) => ({ expression, part: 'filter' as const })),
  ...view.via.map((key) => ({ expression: nodeCondition(key), part: 'via' as const })),
  ...(view.classes.length === 0 ? [] : [{ expression: classesCondition(view.classes), part: 'classes' as const }]),
  ...(view.group === '' ? [] : [{ expression: `group.name = ${JSON.stringify(view.group)}`, part: 'group' as const }]),
];

/** listFilter is the expression that finds what a trace list shows. */
export const listFilter = (view: Chosen): string => joined([view.filter, ...listConditions({ ...view, filter: '' }).map(({ expression }) => expression)]);
