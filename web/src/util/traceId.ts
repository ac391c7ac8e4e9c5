/** normalTraceId reads 1-8-24 or 32 hex digits and gives the 1-8-24 form in lower case, or null. */
export const normalTraceId = (text: string): string | null => {
  const id = text.trim().toLowerCase();
  const plain = /^([0-9a-f]{8})([0-9a-f]{24})$/.exec(id);
  if (plain !== null) return `1-${plain[1] ?? ''}-${plain[2] ?? ''}`;
  return /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(id) ? id : null;
};
