import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { extensionsOf, type Hooks } from './editor';

interface ExpressionEditorProps extends Hooks {
  /** What stands in the box when it is opened and whenever this changes. */
  applied: string;
  label: string;
  hint: string;
}

/** The editor itself, a chunk of its own: CodeMirror is larger than all of the list. */
const ExpressionEditor = ({ applied, label, hint, ...hooks }: ExpressionEditorProps) => {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const latest = useRef<Hooks>(hooks);
  useEffect(() => {
    latest.current = hooks;
  });

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new EditorView({
      parent: place.current,
      extensions: extensionsOf(
        {
          complete: (...ask) => latest.current.complete(...ask),
          onChange: (text) => latest.current.onChange(text),
          onApply: (text) => latest.current.onApply(text),
          onProblem: (problem) => latest.current.onProblem(problem),
        },
        label,
        hint,
      ),
    });
    editor.current = made;
    return () => made.destroy();
  }, [label, hint]);

  useEffect(() => {
    const view = editor.current;
    if (view === null || view.state.doc.toString() === applied) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: applied } });
  }, [applied, label, hint]);

  return <div ref={place} className="rs-expression-editor" />;
};

export default ExpressionEditor;
