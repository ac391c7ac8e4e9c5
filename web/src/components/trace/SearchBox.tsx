import { useEffect, useRef, useState, type RefObject } from 'react';
import type { Entity } from '../../trace/entity';
import { countText } from '../../util/format';

interface SearchBoxProps {
  text: string;
  found: Entity[];
  selected: string | null;
  inputRef: RefObject<HTMLInputElement | null>;
  onText: (text: string) => void;
  onMove: (by: 1 | -1) => void;
}

/** Typing rests this long before the rows are searched. */
const restMs = 150;

const resultText = (found: Entity[], selected: string | null): string => {
  if (found.length === 0) return 'no match';
  const at = found.findIndex((entity) => entity.id === selected);
  return at === -1 ? countText(found.length) : `${countText(at + 1)} of ${countText(found.length)}`;
};

/** Looks for words among the rows; Enter goes to the next match, Shift and Enter to the one before. */
export const SearchBox = ({ text, found, selected, inputRef, onText, onMove }: SearchBoxProps) => {
  /** What was typed since the last search; null when that is what the URL holds. */
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (next: string): void => {
    clearTimeout(timer.current);
    setTyped(null);
    onText(next);
  };
  const type = (next: string): void => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(next), restMs);
  };
  return (
    <span className="rs-find" role="search" aria-label="Search the rows">
      <input
        ref={inputRef}
        type="search"
        value={typed ?? text}
        placeholder="Search rows"
        aria-label="Search the rows of this trace"
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (typed === null) onMove(event.shiftKey ? -1 : 1);
          else search(typed);
        }}
      />
      <span className="rs-find-count rs-num" role="status">
        {text === '' ? '' : resultText(found, selected)}
      </span>
      {text !== '' && (
        <>
          <button type="button" className="rs-tool" aria-label="Previous match" disabled={found.length === 0} onClick={() => onMove(-1)}>
            ↑
          </button>
          <button type="button" className="rs-tool" aria-label="Next match" disabled={found.length === 0} onClick={() => onMove(1)}>
            ↓
          </button>
        </>
      )}
    </span>
  );
};
