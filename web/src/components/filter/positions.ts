/** The server counts characters, the editor UTF-16 units: both ways between them. */
export const charactersAt = (text: string, units: number): number => Array.from(text.slice(0, units)).length;

export const unitsAt = (text: string, characters: number): number => Array.from(text).slice(0, characters).join('').length;

/** spanOf marks the character at a column (from 1; 0 for the whole text), in units: at least one, where there is one. */
export const spanOf = (text: string, column: number): { from: number; to: number } => {
  if (column === 0) return { from: 0, to: text.length };
  const from = Math.min(unitsAt(text, column - 1), Math.max(0, text.length - 1));
  return { from, to: Math.min(text.length, from + 1) };
};
