import { useId, type ReactNode } from 'react';
import { Link } from 'react-router';
import { Meters } from '../../ui/Meters';
import { MiniColumns } from '../../ui/MiniColumns';
import { Skeleton } from '../../ui/Skeleton';
import { StatusIcon } from '../../ui/StatusIcon';
import type { Answer, Drawing } from './answer';

const Picture = ({ drawing }: { drawing: Drawing }) =>
  drawing.kind === 'meters' ? (
    <Meters meters={drawing.meters} about={drawing.about} />
  ) : (
    <div data-status={drawing.status}>
      <MiniColumns columns={drawing.columns} whole={drawing.whole} part={drawing.part} about={drawing.about} />
      <div className="rs-answer-ends" aria-hidden="true">
        <span>{drawing.columns[0]?.label}</span>
        <span>{drawing.columns.at(-1)?.label}</span>
      </div>
    </div>
  );

/** A line does not end between a figure and its unit. */
const unbroken = (text: string): string => text.replace(/(\d) (%|ms|µs|s)(?=\W|$)/g, '$1\u00a0$2');

const Said = ({ answer }: { answer: Answer }) => (
  <>
    <p className="rs-answer">
      <span className="rs-answer-figure">{answer.figure}</span>
      <span>{unbroken(answer.sentence)}</span>
    </p>
    {answer.drawing !== null && <Picture drawing={answer.drawing} />}
    <Link className="rs-link rs-answer-link" to={answer.link.to}>
      {answer.link.words}
    </Link>
  </>
);

/** A question with its answer, or the place of it while it is worked out. */
export const QuestionCard = ({ question, answer, first = false, children }: { question: string; answer: Answer | null; first?: boolean; children?: ReactNode }) => {
  const id = useId();
  return (
    <section className="rs-card rs-question" aria-labelledby={id} data-first={first} data-status={answer?.status ?? 'pending'}>
      <h2 className="rs-h2" id={id}>
        {answer !== null && <StatusIcon status={answer.status} size={18} />}
        {question}
      </h2>
      {answer === null ? <Skeleton height={110} label={`Working out: ${question}`} /> : <Said answer={answer} />}
      {children}
    </section>
  );
};
