import type { Piece } from './timing';

/** Units that a bar is wide; a piece smaller than one unit cannot be seen. */
export const barUnits = 1000;

/** pathOf draws pieces of time as boxes of one path, `from` at 0 and `to` at barUnits. Pieces that touch at that scale are one box. */
export const pathOf = (pieces: Piece[], from: number, to: number, height = 1): string => {
  const scale = (at: number): number => Math.round((barUnits * (Math.max(from, Math.min(to, at)) - from)) / (to - from));
  let path = '';
  let open: { left: number; right: number } | null = null;
  const close = (): void => {
    if (open !== null) path += `M${open.left} 0H${open.right}V${height}H${open.left}Z`;
  };
  if (!(to > from)) return '';
  for (const piece of pieces) {
    if (piece.to < from || piece.from > to) continue;
    const left = Math.min(barUnits - 1, scale(piece.from));
    const right = Math.max(left + 1, scale(piece.to));
    if (open !== null && left <= open.right) {
      open.right = Math.max(open.right, right);
      continue;
    }
    close();
    open = { left, right };
  }
  close();
  return path;
};
