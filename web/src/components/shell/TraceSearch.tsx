import { useState, type SyntheticEvent } from 'react';
import { useNavigate } from 'react-router';
import { paths } from '../../url/paths';
import { normalTraceId } from '../../util/traceId';

/** Opens a trace by its id, in X-Ray's form or in the 32 digits of W3C. */
export const TraceSearch = () => {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const navigate = useNavigate();
  const open = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    const id = normalTraceId(text);
    setWrong(id === null);
    if (id === null) return;
    setText('');
    void navigate(paths.trace(id));
  };
  return (
    <form className="rs-search" role="search" onSubmit={open}>
      <input
        type="search"
        aria-label="Open a trace by its id"
        aria-invalid={wrong}
        placeholder="Trace id…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
      />
      {wrong && (
        <span className="rs-search-problem" role="alert">
          That is not a trace id. It looks like 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14, or 32 hex digits.
        </span>
      )}
    </form>
  );
};
