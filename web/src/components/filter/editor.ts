import { acceptCompletion, autocompletion, closeCompletion, completionKeymap, completionStatus, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { linter, type Diagnostic } from '@codemirror/lint';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import type { CompleteResponse, CompletionItem, ExpressionError } from '../../api/rayscope.gen';
import { countOf } from '../../util/format';
import { charactersAt, spanOf, unitsAt } from './positions';

/** What the editor asks and tells. */
export interface Hooks {
  /** Rejects when the server cannot be asked: there is no completion then, and no check. */
  complete: (expression: string, position: number, signal: AbortSignal) => Promise<CompleteResponse>;
  onChange: (text: string) => void;
  onApply: (text: string) => void;
  onProblem: (problem: ExpressionError | null) => void;
}

const kinds: Record<string, string> = { keyword: 'keyword', operator: 'keyword', service: 'class', type: 'type', key: 'property', value: 'text', group: 'namespace' };

const optionOf = ({ Text, Kind, Count }: CompletionItem, boost: number): Completion => ({
  label: Text,
  type: kinds[Kind] ?? 'text',
  ...(Count === null ? {} : { detail: countOf(Count, 'trace') }),
  boost,
});

const completions =
  (hooks: Hooks) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString();
    const gone = new AbortController();
    context.addEventListener('abort', () => gone.abort(), { onDocChange: true });
    try {
      const answer = await hooks.complete(text, charactersAt(text, context.pos), gone.signal);
      // The server's order is the best: higher boosts come first.
      const options = answer.Items.map((item, i) => optionOf(item, 99 - Math.min(i, 198)));
      return { from: unitsAt(text, answer.From), to: unitsAt(text, answer.To), options, filter: false };
    } catch {
      return null;
    }
  };

const check =
  (hooks: Hooks) =>
  async (view: EditorView): Promise<Diagnostic[]> => {
    const text = view.state.doc.toString();
    let problem: ExpressionError | null = null;
    try {
      if (text.trim() !== '') problem = (await hooks.complete(text, charactersAt(text, text.length), new AbortController().signal)).Error;
    } catch {
      // The page's own query tells that the server is away.
    }
    if (view.state.doc.toString() !== text) return [];
    hooks.onProblem(problem);
    return problem === null ? [] : [{ ...spanOf(text, problem.Column), severity: 'error', message: problem.Message }];
  };

/** An expression is one line: what is pasted with line ends becomes one. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (transaction.newDoc.lines === 1) return transaction;
  const insert = transaction.newDoc.toString().replace(/\s*\n\s*/g, ' ');
  return [{ changes: { from: 0, to: transaction.startState.doc.length, insert }, selection: { anchor: insert.length } }];
});

const keys = (hooks: Hooks): Extension =>
  Prec.highest(
    keymap.of([
      { key: 'Tab', run: acceptCompletion },
      {
        key: 'Enter',
        run: (view) => {
          if (completionStatus(view.state) === 'active' && acceptCompletion(view)) return true;
          closeCompletion(view);
          hooks.onApply(view.state.doc.toString().trim());
          return true;
        },
      },
    ]),
  );

/** extensionsOf makes an editor for one line of a filter expression. */
export const extensionsOf = (hooks: Hooks, label: string, hint: string): Extension => [
  keys(hooks),
  history(),
  oneLine,
  autocompletion({ override: [completions(hooks)], icons: false, activateOnTypingDelay: 120 }),
  linter(check(hooks), { delay: 350 }),
  keymap.of([...completionKeymap, ...defaultKeymap.filter(({ key }) => key !== 'Tab'), ...historyKeymap]),
  placeholder(hint),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': label, role: 'textbox', 'aria-multiline': 'false', spellcheck: 'false', autocapitalize: 'off' }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) hooks.onChange(update.state.doc.toString());
  }),
];
