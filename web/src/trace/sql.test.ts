import { expect, test } from 'vitest';
import { formatSql } from './sql';

test.each([
  ['', ''],
  ['SELECT 1', 'SELECT 1'],
  ['select a, b from t where a = ? and b = ? order by a limit 5', 'select a, b\nfrom t\nwhere a = ?\n  and b = ?\norder by a\nlimit 5'],
  ["SELECT ' from  where ' FROM t", "SELECT ' from  where '\nFROM t"],
  ['SELECT "from" FROM `where`', 'SELECT "from"\nFROM `where`'],
  ['SELECT t.from FROM t', 'SELECT t.from\nFROM t'],
  ['SELECT a FROM t LEFT OUTER JOIN u ON t.id=u.id', 'SELECT a\nFROM t\nLEFT OUTER JOIN u ON t.id=u.id'],
  ['SELECT count(*), EXTRACT(year FROM d) FROM t', 'SELECT count(*), EXTRACT(year FROM d)\nFROM t'],
  ['SELECT a FROM (SELECT b FROM u WHERE c = 1 OR d = 2) x', 'SELECT a\nFROM (\n    SELECT b\n    FROM u\n    WHERE c = 1\n      OR d = 2\n  ) x'],
  ['SELECT a FROM t WHERE d BETWEEN ? AND ? AND e > 1', 'SELECT a\nFROM t\nWHERE d BETWEEN ? AND ?\n  AND e > 1'],
  ['SELECT a -- why\nFROM t', 'SELECT a -- why\nFROM t'],
  ['INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = ? RETURNING a', 'INSERT INTO t (a, b)\nVALUES (?, ?)\nON CONFLICT (a)\nDO UPDATE SET b = ?\nRETURNING a'],
  ['UPDATE t SET a = a-1, c = b->>? WHERE id = $1', 'UPDATE t\nSET a = a-1, c = b->>?\nWHERE id = $1'],
  ["SELECT 'unfinished FROM t", "SELECT 'unfinished FROM t"],
])('%s', (sql, want) => expect(formatSql(sql)).toBe(want));

test.each(['SELECT (((', ')))', 'SELECT a FROM t WHERE /* AND', "'", 'a--b', '(SELECT', "x'y'z\"q\"`r`", 'SELECT a/b/c FROM t'])('%s loses nothing', (sql) =>
  expect(formatSql(sql).replace(/\s/g, '')).toBe(sql.replace(/\s/g, '')),
);
