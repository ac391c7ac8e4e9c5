/** What begins a line, longest first: what stands in several must be found whole. */
const clauses = [
  'ON DUPLICATE KEY UPDATE', 'LEFT OUTER JOIN', 'RIGHT OUTER JOIN', 'FULL OUTER JOIN', 'DO UPDATE SET',
  'UNION ALL', 'INSERT INTO', 'DELETE FROM', 'GROUP BY', 'ORDER BY', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'INNER JOIN', 'CROSS JOIN', 'ON CONFLICT', 'FOR UPDATE',
  'SELECT', 'FROM', 'WHERE', 'HAVING', 'LIMIT', 'OFFSET', 'UNION', 'EXCEPT', 'INTERSECT', 'JOIN', 'VALUES', 'UPDATE', 'SET', 'RETURNING', 'WITH',
].map((clause) => clause.split(' '));

interface Word {
  text: string;
  /** White space stood before it. */
  gap: boolean;
}

/** A string, quoted name or comment, in which nothing is ever broken; a parenthesis; other text. */
const word = /(\s*)('(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[()]|(?:(?!--|\/\*)[^'"`()\s])+)/g;

const wordsOf = (sql: string): Word[] => [...sql.matchAll(word)].map(([, gap = '', text = '']) => ({ text, gap: gap !== '' }));

/** clauseAt says how many words of a clause stand at a place, 0 if none begins there. */
const clauseAt = (words: Word[], at: number): number =>
  clauses.find((clause) => clause.every((part, i) => words[at + i]?.text.toUpperCase() === part))?.length ?? 0;

/** formatSql gives each clause and each condition a line of its own. It changes nothing but white space. */
export const formatSql = (sql: string): string => {
  const words = wordsOf(sql);
  const lines: string[] = [];
  /** For each parenthesis around: whether it holds a query, which is broken into lines too. */
  const around = [true];
  let [line, inBetween] = ['', false];
  const breakLine = (indent: number): void => {
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = ' '.repeat(4 * (around.filter(Boolean).length - 1) + indent);
  };
  const put = ({ text, gap }: Word): void => {
    line += gap && line.trim() !== '' && !line.endsWith(' ') ? ` ${text}` : text;
  };
  for (let i = 0; i < words.length; i += 1) {
    const at = words[i] ?? { text: '', gap: false };
    const upper = at.text.toUpperCase();
    const size = around.at(-1) === true ? clauseAt(words, i) : 0;
    const isCondition = around.at(-1) === true && (upper === 'OR' || (upper === 'AND' && !inBetween));
    inBetween = upper === 'BETWEEN' || (inBetween && upper !== 'AND');
    if (upper === ')' && around.length > 1 && around.pop() === true) breakLine(2);
    if (size > 0) breakLine(0);
    if (isCondition) breakLine(2);
    for (const part of words.slice(i, i + Math.max(1, size))) put(part);
    if (at.text === '(') around.push(/^(SELECT|WITH)$/i.test(words[i + 1]?.text ?? ''));
    if (at.text.startsWith('--')) breakLine(2);
    i += Math.max(0, size - 1);
  }
  breakLine(0);
  return lines.join('\n');
};
