import type { Row } from '../../trace/tree';

/** What a key does in the waterfall. */
export type KeyAction = { do: 'select'; id: string } | { do: 'toggle'; id: string } | { do: 'details' };

const parentOf = (rows: Row[], index: number): Row | undefined => {
  const depth = rows[index]?.depth ?? 0;
  return rows.slice(0, index).findLast((row) => row.depth < depth);
};

const select = (row: Row | undefined): KeyAction | null => (row === undefined ? null : { do: 'select', id: row.entity.id });

/** Rows that Page Up and Page Down pass. */
const page = 10;

const move = (rows: Row[], index: number, by: number): KeyAction | null =>
  select(rows[Math.max(0, Math.min(rows.length - 1, index + by))]);

/** keyAction follows the treegrid pattern: up and down walk, right opens or enters, left closes or leaves, Enter shows details. */
export const keyAction = (key: string, rows: Row[], selected: string | null, closed: ReadonlySet<string>): KeyAction | null => {
  const index = rows.findIndex((row) => row.entity.id === selected);
  const row = rows[index];
  if (row === undefined) return ['ArrowDown', 'ArrowUp', 'Home', 'End', 'Enter'].includes(key) ? select(rows[0]) : null;
  const { id, children } = row.entity;
  switch (key) {
    case 'ArrowDown':
      return move(rows, index, 1);
    case 'ArrowUp':
      return move(rows, index, -1);
    case 'PageDown':
      return move(rows, index, page);
    case 'PageUp':
      return move(rows, index, -page);
    case 'Home':
      return select(rows[0]);
    case 'End':
      return select(rows.at(-1));
    case 'ArrowRight':
      if (children.length === 0) return null;
      return closed.has(id) ? { do: 'toggle', id } : select(rows[index + 1]);
    case 'ArrowLeft':
      return children.length > 0 && !closed.has(id) ? { do: 'toggle', id } : select(parentOf(rows, index));
    case 'Enter':
      return { do: 'details' };
    default:
      return null;
  }
};
